/**
 * Where the value of an option comes from; the only reader of `process.env` in this folder. The first one counts:
 * the option as typed, its variable, the file that its variable's `_FILE` twin names, a `jetlock dev` that runs in the
 * current directory or in one above, the default. The twin of an option that itself takes a file names that file.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { flagOf } from '../client/flag.ts';
import type { DevFile } from './dev-file.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { usageOf, variableOf, type Option, type Options } from './options.ts';
import { fail, type Failure } from './failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export const processEnvironment = (): Environment => process.env;

/** What was typed: text, or `true` for a flag. */
export type Typed = Readonly<Record<string, string | boolean | undefined>>;

/** `reach`: the service is reached otherwise than by NATS. */
type From = { readonly environment: Environment; readonly directory: string; readonly reach?: unknown };
type Found = E.Either<Failure, string | undefined>;
type Source = () => Promise<Found>;

const NOTHING: Found = E.right(undefined);

const firstOf = async (sources: ReadonlyArray<Source>): Promise<Found> => {
  for (const source of sources) {
    const found = await source();
    if (E.isLeft(found) || found.right !== undefined) return found;
  }
  return NOTHING;
};

const inTwin = async (option: Option, { environment, directory }: From): Promise<Found> => {
  const twin = `${variableOf(option)}_FILE`;
  const path = environment[twin];
  if (path === undefined || option.isFile) return E.right(path);
  try {
    return E.right((await readFile(resolve(directory, path), 'utf8')).replace(/\r?\n$/, ''));
  } catch {
    return E.left(fail(EXIT.configuration, `cannot read the file that ${twin} names`, `mend or unset ${twin}`));
  }
};

const inVariables = (option: Option, from: From): ReadonlyArray<Source> => [
  async () => E.right(from.environment[variableOf(option)]),
  () => inTwin(option, from),
];

type DevFileOnce = () => Promise<E.Either<Failure, DevFile | undefined>>;

/** Read once for all options of a command, and only if one of them has no value by then. */
const devFileOnce = (directory: string): DevFileOnce => {
  let read: ReturnType<DevFileOnce> | undefined;
  return () => (read ??= import('./dev-file.ts').then(({ readDevFile }) => readDevFile(directory)));
};

const besideDev = async ({ beside }: Option, devFile: DevFileOnce): Promise<Found> =>
  beside === undefined ? NOTHING : E.map((dev: DevFile | undefined) => dev && beside(dev))(await devFile());

/** @param named as what it was given, by whoever has to mend it */
const checked = (option: Option, value: string | undefined, named: string, exit: ExitCode): Found => {
  if (value === undefined || !option.choices || option.choices.includes(value)) return E.right(value);
  return E.left(fail(exit, `${named} is not one of: ${option.choices.join(', ')}`, `give one of these: ${usageOf(option)}`));
};

const textOf = async (option: Option, typed: string | undefined, from: From, devFile: DevFileOnce): Promise<Found> => {
  const found = await firstOf([
    async () => E.right(typed),
    ...inVariables(option, from),
    () => besideDev(option, devFile),
    async () => E.right(option.default),
  ]);
  return E.chain((value: string | undefined) => (typed === undefined ? checked(option, value, variableOf(option), EXIT.configuration) : checked(option, value, `--${option.name}`, EXIT.usage)))(found);
};

const flagIn = async (option: Option, from: From): Promise<E.Either<Failure, boolean>> => {
  const found = await firstOf(inVariables(option, from));
  if (E.isLeft(found)) return found;
  const value = flagOf(found.right);
  if (value !== undefined) return E.right(value);
  return E.left(fail(EXIT.configuration, `${variableOf(option)} is neither true nor false`, `unset ${variableOf(option)}, or set it to 1`));
};

/** Said before all else that `jetlock dev` would have told too: whoever has it not running needs no identity and no key first. */
export const NOWHERE = fail(
  EXIT.configuration,
  'no jetlock dev runs in this folder or above it, and it is not said where NATS is',
  'start jetlock dev here, or give --nats URL or --context NAME',
);

const missingIn = (options: ReadonlyArray<Option>, text: Options['text'], from: From): Failure | undefined => {
  const missing = options.filter(({ name, required }) => required && text[name] === undefined);
  const own = missing.find(({ beside }) => beside === undefined);
  const others = options.filter(({ isInsteadOfNats }) => isInsteadOfNats).map(({ name }) => text[name]);
  const isNowhere = options.some(({ name }) => name === 'nats') && [from.reach, text['nats'], text['context'], ...others].every((given) => given === undefined);
  if (own === undefined && isNowhere) return NOWHERE;
  const option = own ?? missing[0];
  return option && fail(EXIT.usage, `--${option.name} is missing`, `give ${usageOf(option)} or set ${variableOf(option)}`);
};

/** The values of a command's options; the first one that cannot be had is the failure, and what is missing comes after what is wrong. */
export const resolveOptions = async (options: ReadonlyArray<Option>, typed: Typed, from: From): Promise<E.Either<Failure, Options>> => {
  const text: Record<string, string> = {};
  const flags = new Set<string>();
  const devFile = devFileOnce(from.directory);
  for (const option of options) {
    const given = typed[option.name];
    // Whoever names another service than that of `jetlock dev` means it.
    const sees = option.unless !== undefined && text[option.unless] !== undefined ? async () => E.right(undefined) : devFile;
    const value =
      option.value === undefined
        ? E.map((on: boolean) => on || given === true)(await flagIn(option, from))
        : await textOf(option, typeof given === 'string' ? given : undefined, from, sees);
    if (E.isLeft(value)) return value;
    if (value.right === true) flags.add(option.name);
    if (typeof value.right === 'string') text[option.name] = value.right;
  }
  const missing = missingIn(options, text, from);
  return missing === undefined ? E.right({ text, flags }) : E.left(missing);
};
