/** `.jetlock/dev.json`: how a program on the machine of its developer finds the `jetlock dev` that runs in its folder, or in one above. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { PublicKey } from '../events/vocabulary.ts';
import type { ConnectOptions } from './connect.ts';
import { argumentError, errorOf, type JetlockError } from './error.ts';
import { decodeJson } from './json.ts';
import { readSecretFile } from './secret-file.ts';

/** What of it a program needs. */
const DevFile = t.type({ natsUrl: t.string, publicKey: PublicKey, natsIdentities: t.type({ client: t.string }) }, 'DevFile');

export type FoundDev = Pick<ConnectOptions, 'nats' | 'servicePublicKey'> & { readonly path: string };

/** The nearest one, from a folder upwards. */
const nearest = (directory: string): string | undefined => {
  const path = join(directory, '.jetlock', 'dev.json');
  if (existsSync(path)) return path;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearest(parent);
};

/** A file that someone else left in a shared folder would send our questions to their service. */
const isOurs = (path: string): boolean => process.getuid === undefined || statSync(path).uid === process.getuid();

const ALIEN = 'set JETLOCK_NATS, JETLOCK_IDENTITY and JETLOCK_SIGNING_KEY in place of it';

/**
 * What a `jetlock dev` has written; undefined where there is none.
 * @param directory absolute
 */
export const findDev = (directory: string): Either<JetlockError, FoundDev | undefined> => {
  const path = nearest(directory);
  if (path === undefined) return E.right(undefined);
  if (!isOurs(path)) return E.left(argumentError(`${path} belongs to another user`, ALIEN));
  const read = readSecretFile(path);
  if (E.isLeft(read)) return E.left(errorOf(read.left));
  const dev = decodeJson(DevFile)(read.right);
  return E.isLeft(dev)
    ? E.left(argumentError(`${path} is not what jetlock dev writes`, 'start jetlock dev again'))
    : E.right({ path, nats: { servers: dev.right.natsUrl, nkey: dev.right.natsIdentities.client }, servicePublicKey: dev.right.publicKey });
};
