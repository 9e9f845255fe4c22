/** The text of a schema file: read, written, and begun from a list of keys. */
import * as E from 'fp-ts/lib/Either.js';
import { report } from '../protocol/report.ts';
import { Schema } from '../protocol/schema.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Where the parser stopped; the rest of its message repeats what it read. */
const placeOf = (text: string, error: unknown): string => {
  const at = error instanceof Error ? / at position (\d+)/.exec(error.message)?.[1] : undefined;
  return at === undefined ? '' : ` from line ${text.slice(0, Number(at)).split('\n').length} on`;
};

const parsed = (text: string): E.Either<ReadonlyArray<string>, unknown> =>
  E.tryCatch(() => JSON.parse(text) as unknown, (error) => [`not JSON${placeOf(text, error)}`]);

/** The schema, or what is wrong with it: properties and what was expected there, never a value. */
export const parseSchema = (text: string): E.Either<ReadonlyArray<string>, Schema> =>
  E.chain((value: unknown) => E.mapLeft(report)(Schema.decode(value)))(parsed(text.replace(/^\ufeff/, '')));

/** The text of a schema file. */
export const schemaText = (schema: Schema): string => `${JSON.stringify(schema, null, 2)}\n`;

export const EMPTY_SCHEMA: Schema = { $schema: DIALECT, type: 'object', properties: {}, required: [] };

/** A schema with more keys, all required; those that it has already stay as they are. */
export const withKeys = (schema: Schema, keys: ReadonlyArray<string>): Schema => {
  const added = keys.filter((key) => !Object.hasOwn(schema.properties, key));
  return {
    ...schema,
    properties: Object.fromEntries([...Object.entries(schema.properties), ...added.map((key) => [key, { type: 'string' }] as const)]),
    required: [...(schema.required ?? []), ...added],
  };
};
