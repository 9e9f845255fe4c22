/** Values without a service: from the environment, and from a .env file for what is not set there. */
import { readFileSync } from 'node:fs';
import dotenv from 'dotenv';
import type { Environment } from './environment.ts';
import { JetlockError } from './error.ts';
import { mismatchesIn } from './expected.ts';
import { notAsExpected, notSet } from './missing.ts';
import type { Wish } from './schema.ts';
import type { Got, Gotten, Source } from './source.ts';

const NOT_READABLE = { code: 'file', hint: 'check the path and its rights', retryable: false };

/** A file of the usual name need not be there; one that was named has to. */
const assignmentsIn = (path: string | undefined): Environment => {
  try {
    return dotenv.parse(readFileSync(path ?? '.env'));
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new JetlockError({ ...NOT_READABLE, message: `cannot read ${path ?? '.env'}` });
  }
};

/** A variable that is there and empty is one that nobody filled in. */
const valueOf = ({ key }: Wish, environment: Environment, file: Environment): string | undefined => [environment[key], file[key]].find((value) => value !== undefined && value !== '');

/** Read anew each time; nobody tells of changes. */
export const envSource = (environment: Environment, path: string | undefined): Source => {
  const where = `the environment or ${path ?? '.env'}`;
  const read = async (wishes: ReadonlyArray<Wish>): Promise<Gotten> => {
    const file = assignmentsIn(path);
    const got: Gotten = new Map(wishes.flatMap((wish): ReadonlyArray<[string, Got]> => {
      const value = valueOf(wish, environment, file);
      return value === undefined ? [] : [[wish.key, { version: 1, text: () => value }]];
    }));
    // A service would warn an admin; here nobody else hears of it.
    const mismatches = await mismatchesIn(wishes, got);
    if (mismatches.length > 0) throw notAsExpected(where, mismatches);
    return got;
  };
  const missing: Source['missing'] = (wishes, asked) => notSet(where, wishes, asked);
  const wait: Source['wait'] = async (wishes) => {
    const got = await read(wishes);
    const lacking = wishes.filter(({ key }) => !got.has(key));
    // Nobody approves anything here, so there is nothing to wait for.
    if (lacking.length > 0) throw missing(lacking, wishes.length);
    return got;
  };
  return { read, wait, missing, gapMs: 0, listen: async () => ({ close: () => undefined }), close: async () => undefined };
};
