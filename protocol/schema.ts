/**
 * The schema file of a package, `secrets.schema.json`: which secrets its program wants. It is a JSON Schema (2020-12), with one
 * word of ours, `path`. Names that are not in these codecs are refused: what a schema asks for and nobody checks would be a
 * promise unkept. What is read stays as it is, the very same object; errors name properties and what was expected there, never
 * a value.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { Format, Pattern as PatternText, PATTERN_MAX } from '../events/expectation.ts';
import { Note, SecretPath } from '../events/vocabulary.ts';

/** A string for which a test holds. No brand: what a program writes down as it is has to fit. */
const text = (name: string, test: (s: string) => boolean) => t.refinement(t.string, test, name);
const never = (expected: string) => t.refinement(t.unknown, () => false, expected);

const isRegExp = (source: string): boolean => {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

const Text = text('one line of at most 512 bytes', Note.is);
const Pattern = text(`a regular expression of at most ${PATTERN_MAX} characters, 512 bytes`, (s) => PatternText.is(s) && isRegExp(s));
const Path = text('a path: 2 to 8 parts of letters, digits, _ . - with / between', SecretPath.is);

/** Whether a text can be the last part of a path. */
export const isKey = (text: string): boolean => !text.includes('/') && SecretPath.is(`namespace/${text}`);

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object whose fields fit: all that are there, and those that have to be. */
const fields = <A>(name: string, needed: ReadonlyArray<string>, codecOf: (field: string) => t.Mixed): t.Type<A> => {
  const errorsIn = (value: Fields, context: t.Context): t.Errors =>
    [...new Set([...needed, ...Object.keys(value)])].flatMap((field) => {
      const [codec, content] = [codecOf(field), value[field]];
      if (content === undefined && !needed.includes(field)) return [];
      const checked = codec.validate(content, t.appendContext(context, field, codec, content));
      return E.isLeft(checked) ? checked.left : [];
    });
  const validate: t.Validate<unknown, A> = (value, context) => {
    if (!isFields(value)) return t.failure(value, context);
    const errors = errorsIn(value, context);
    return errors.length === 0 ? t.success(value as A) : t.failures(errors);
  };
  return new t.Type<A>(name, (value): value is A => E.isRight(validate(value, [])), validate, t.identity);
};

const object = <A>(name: string, codecs: { readonly [K in keyof A]-?: t.Type<Exclude<A[K], undefined>> }, needed: ReadonlyArray<string & keyof A>): t.Type<A> => {
  const known = new Map<string, t.Mixed>(Object.entries(codecs));
  const unknown = never(`nothing of that name, only ${[...known.keys()].join(', ')}`);
  return fields<A>(name, needed, (field) => known.get(field) ?? unknown);
};

/** What is told of one key. */
export type Property = {
  readonly type: 'string';
  /** What it is for, shown to the admin who is asked: one line of at most 512 bytes. */
  readonly description?: string | undefined;
  readonly format?: Format | undefined;
  /** A regular expression as in JavaScript with the flag `u`, found anywhere in the value unless it has `^` and `$`. */
  readonly pattern?: string | undefined;
  /** What counts where there is no such secret. Not for secrets: whoever reads the package reads it. */
  readonly default?: string | undefined;
  /** The whole path of the secret, in place of the namespace with the key at its end. */
  readonly path?: string | undefined;
  /** In a combined schema: the packages that want it. */
  readonly source?: ReadonlyArray<string> | undefined;
};

const properties = {
  type: t.literal('string'),
  description: Text,
  format: Format,
  pattern: Pattern,
  default: t.string,
  path: Path,
  source: t.readonlyArray(t.string),
};
export const Property = object<Property>('Property', properties, ['type']);

const NO_KEY = never('a key of 1 to 64 letters, digits, _ . -');

/** Of the properties by key. */
const propertiesOf = <A>(codec: t.Type<A>) => fields<Readonly<Record<string, A>>>('an object', [], (key) => (isKey(key) ? codec : NO_KEY));

/** The secrets that a program wants, by key. */
export type Schema = {
  readonly $schema?: string | undefined;
  /** For who reads the file. */
  readonly $comment?: string | undefined;
  readonly title?: string | undefined;
  readonly type: 'object';
  readonly properties: Readonly<Record<string, Property>>;
  /** Keys without which the program cannot run. */
  readonly required?: ReadonlyArray<string> | undefined;
};

const KeyThatIsThere = never('one of the properties');

/** Of what requires only keys that it has. */
const consistent = <A extends Schema>(codec: t.Type<A>): t.Type<A> => {
  const validate: t.Validate<unknown, A> = (value, context) =>
    E.chain((schema: A): t.Validation<A> => {
      const errors = (schema.required ?? []).flatMap((key, at) =>
        Object.hasOwn(schema.properties, key)
          ? []
          : [{ value: key, context: [...context, { key: 'required', type: codec }, { key: String(at), type: KeyThatIsThere }] }],
      );
      return errors.length === 0 ? t.success(schema) : t.failures(errors);
    })(codec.validate(value, context));
  return new t.Type<A>(codec.name, (value): value is A => E.isRight(validate(value, [])), validate, t.identity);
};

/** Of a schema, besides its properties. */
const others = { $schema: t.string, $comment: Text, title: Text, type: t.literal('object'), required: t.readonlyArray(t.string) };

export const Schema = consistent(object<Schema>('Schema', { ...others, properties: propertiesOf(Property) }, ['type', 'properties']));
