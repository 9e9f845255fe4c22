/** Reads the file of `service import`: a YAML list of names and public keys. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { parseDocument } from 'yaml';
import { ServiceName, type PublicKey } from '../events/vocabulary.ts';
import { parsePublicKey } from './public-key.ts';

/** `renamedFrom`: as the name stood in the file, where it had capitals. */
export type ServiceEntry = { readonly service: ServiceName; readonly key: PublicKey; readonly renamedFrom?: string };

type Entry = { readonly name: unknown; readonly key: unknown };

const field = (entry: object, name: string): unknown => (Object.hasOwn(entry, name) ? (entry as Record<string, unknown>)[name] : undefined);

const entryOf = (entry: unknown): Entry =>
  typeof entry === 'object' && entry !== null
    ? { name: field(entry, 'name'), key: field(entry, 'publicKey') ?? field(entry, 'keypub') }
    : { name: undefined, key: undefined };

const nameOf = (name: unknown): E.Either<string, Pick<ServiceEntry, 'service' | 'renamedFrom'>> => {
  if (typeof name !== 'string') return E.left('it has no name');
  const service = name.toLowerCase();
  if (!ServiceName.is(service)) return E.left('the name may have lower case letters, digits and hyphens only, 63 at most');
  return E.right(service === name ? { service } : { service, renamedFrom: name });
};

const keyOf = (key: unknown): E.Either<string, PublicKey> =>
  typeof key === 'string' ? parsePublicKey(key) : E.left('it has no public key: name it publicKey or keypub');

const read = (entry: unknown): E.Either<string, ServiceEntry> => {
  const { name, key } = entryOf(entry);
  return pipe(
    nameOf(name),
    E.chain((named) => E.map((found: PublicKey): ServiceEntry => ({ ...named, key: found }))(keyOf(key))),
  );
};

/** The first entry of the same name before this one, counted from 1. */
const sameBefore = (entries: ReadonlyArray<E.Either<string, ServiceEntry>>, at: number): number => {
  const entry = entries[at];
  if (entry === undefined || E.isLeft(entry)) return 0;
  const first = entries.findIndex((other) => E.isRight(other) && other.right.service === entry.right.service);
  return first < at ? first + 1 : 0;
};

const withoutRepeats = (entries: ReadonlyArray<E.Either<string, ServiceEntry>>): ReadonlyArray<E.Either<string, ServiceEntry>> =>
  entries.map((entry, at) => {
    const before = sameBefore(entries, at);
    return before === 0 ? entry : E.left(`the same name as entry ${before}, or the same but for capitals`);
  });

type Problems = ReadonlyArray<string>;

const parsed = (text: string): E.Either<Problems, unknown> => {
  const document = parseDocument(text);
  if (document.errors.length > 0) return E.left([...new Set(document.errors.map(({ linePos }) => `line ${linePos?.[0].line ?? 1}: not YAML`))]);
  // Aliases can multiply without end, which the library stops by throwing.
  return E.tryCatch((): unknown => document.toJS(), () => ['it repeats itself too often']);
};

const asList = (value: unknown): E.Either<Problems, ReadonlyArray<unknown>> =>
  Array.isArray(value) ? E.right(value as ReadonlyArray<unknown>) : E.left(['it is not a list of name and public key']);

const servicesIn = (list: ReadonlyArray<unknown>): E.Either<Problems, ReadonlyArray<ServiceEntry>> => {
  const entries = withoutRepeats(list.map(read));
  const bad = entries.flatMap((entry, at) => (E.isLeft(entry) ? [`entry ${at + 1}: ${entry.left}`] : []));
  return bad.length > 0 ? E.left(bad) : E.right(entries.flatMap((entry) => (E.isRight(entry) ? [entry.right] : [])));
};

/** The entries of the file, or everything that is wrong with it; entries count from 1. Nothing of a key is repeated. */
export const parseServices = (text: string): E.Either<Problems, ReadonlyArray<ServiceEntry>> =>
  pipe(parsed(text), E.chain(asList), E.chain(servicesIn));
