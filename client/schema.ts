/** What a program wants: a schema, or just keys with words about each; and what follows from it for every key. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { Namespace, Note, SecretPath } from '../events/vocabulary.ts';
import { isKey, Schema, type Property } from '../protocol/schema.ts';
import { argumentError, type JetlockError } from './error.ts';
import { decoded } from './json.ts';

export type { Schema } from '../protocol/schema.ts';

/** Keys, each with what it is for; all of them are required. */
export type Descriptions = Readonly<Record<string, string>>;
/** What a client is made from. */
export type Wishes = Schema | Descriptions;

export type KeyOf<W extends Wishes> = (W extends Schema ? keyof W['properties'] : keyof W) & string;

type RequiredOf<W> = W extends { readonly required: ReadonlyArray<infer K> } ? K : never;
type IsSure<W, K> = W extends Schema
  ? K extends RequiredOf<W>
    ? true
    : K extends keyof W['properties']
      ? W['properties'][K] extends { readonly default: string }
        ? true
        : false
      : false
  : true;

/** `A`, or undefined as well where the key is neither required nor has a default. */
export type ForKey<W, K, A> = IsSure<W, K> extends true ? A : A | undefined;
/** An object of values by key. */
export type Values<W extends Wishes, K extends KeyOf<W> = KeyOf<W>> = { readonly [P in K]: ForKey<W, P, string> };

/** One key, with where its secret is and what is told about it. */
export type Wish = {
  readonly key: string;
  readonly path: SecretPath;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: string;
  readonly required: boolean;
};

const isSchema = (given: Wishes): given is Schema => given.type === 'object' && typeof given.properties === 'object';

const asSchema = (descriptions: Descriptions): Schema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(descriptions).map(([key, description]) => [key, { type: 'string' as const, description }])),
  required: Object.keys(descriptions),
});

const wrongDescription = (descriptions: Descriptions): JetlockError | undefined => {
  for (const [key, description] of Object.entries(descriptions)) {
    if (!isKey(key)) return argumentError('a key of the schema is none', 'a key has 1 to 64 letters, digits, _ . -');
    if (!Note.is(description)) return argumentError(`the description of ${key} is none`, 'it is one line of at most 512 bytes');
  }
  return undefined;
};

const NO_SCHEMA = argumentError('the schema is neither a schema nor keys with a description each', "give { KEY: 'what it is for' }, or what stands in secrets.schema.json");

const checkedSchema = (given: Wishes): Either<JetlockError, Schema> => {
  // Not every program is checked by the compiler.
  if (typeof given !== 'object' || (given as Wishes | null) === null) return E.left(NO_SCHEMA);
  if (!isSchema(given)) {
    const wrong = wrongDescription(given);
    return wrong === undefined ? E.right(asSchema(given)) : E.left(wrong);
  }
  return E.mapLeft((why: string) => argumentError(`the schema is not right: ${why}`, 'jetlock generate checks a schema file'))(decoded(Schema)(given));
};

const NO_NAMESPACE = argumentError('there is no namespace', 'give the option namespace, such as prod/shop, or set JETLOCK_NAMESPACE');

/** The options of a property that are there. */
const told = ({ description, format, pattern, default: fallback }: Property): Pick<Wish, 'description' | 'format' | 'pattern' | 'default'> => ({
  ...(description === undefined ? {} : { description }),
  ...(format === undefined ? {} : { format }),
  ...(pattern === undefined ? {} : { pattern }),
  ...(fallback === undefined ? {} : { default: fallback }),
});

const pathOf = (key: string, property: Property, namespace: string | undefined): Either<JetlockError, SecretPath> => {
  const path = property.path ?? (namespace === undefined ? undefined : `${namespace}/${key}`);
  if (path === undefined) return E.left(NO_NAMESPACE);
  return SecretPath.is(path) ? E.right(path) : E.left(argumentError(`the path of ${key} is none`, 'a path has at most 8 segments and 256 bytes'));
};

/** Every key of a schema, or what is wrong with the schema or the namespace. */
export const wishesIn = (given: Wishes, namespace: string | undefined): Either<JetlockError, ReadonlyMap<string, Wish>> => {
  if (namespace !== undefined && !Namespace.is(namespace)) return E.left(argumentError('that is not a namespace', 'it has 1 to 7 segments of letters, digits, _ . - with / between'));
  const schema = checkedSchema(given);
  if (E.isLeft(schema)) return schema;
  const wishes = new Map<string, Wish>();
  for (const [key, property] of Object.entries(schema.right.properties)) {
    const path = pathOf(key, property, namespace);
    if (E.isLeft(path)) return path;
    wishes.set(key, { key, path: path.right, ...told(property), required: schema.right.required?.includes(key) ?? false });
  }
  return E.right(wishes);
};
