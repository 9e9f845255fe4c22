/** From a schema to the source text of its typed client. */
import type { Property, Schema } from '../protocol/schema.ts';
import { docComment, entriesOf, inline, typeName, type Literal } from './literal.ts';

const HEAD = `// Made by jetlock generate from secrets.schema.json, do not edit.
/* eslint-disable */
import { createSecretsClient, type SecretsClient, type SecretsOptions } from 'jetlock/client';
`;

/** Braces around entries of one or more lines. No text in an entry has a line feed as it is: those are escaped. */
const block = (entries: ReadonlyArray<string>, after: string): string =>
  entries.length === 0 ? '{}' : `{\n${entries.map((entry) => `  ${entry.replaceAll('\n', '\n  ')}${after}\n`).join('')}}`;

const entry = ([name, content]: readonly [string, Literal]): string => `${name}: ${inline(content)}`;

const object = (schema: Schema): string =>
  block(entriesOf(schema).map(([name, content]) => (name === 'properties' ? `${name}: ${block(entriesOf(schema.properties).map(entry), ',')}` : entry([name, content]))), ',');

const documented = (comment: string | undefined, text: string): string => (comment?.trim() ? `${docComment(comment)}\n${text}` : text);

/** Whether a key has a value in any case, so that asking for it gives one or fails. */
const isSure = ({ required = [] }: Schema, key: string, property: Property): boolean => required.includes(key) || property.default !== undefined;

const values = (schema: Schema): ReadonlyArray<string> =>
  Object.entries(schema.properties).map(([key, property]) =>
    documented(property.description, `readonly ${typeName(key)}: string${isSure(schema, key, property) ? '' : ' | undefined'}`),
  );

/**
 * The module `secrets.ts`: the schema, its keys as types, and what makes a client of it. The same schema gives the same text.
 * It is UTF-8 with a line feed after each line.
 */
export const clientSource = (schema: Schema): string => `${HEAD}
${documented(schema.title, `export const schema = ${object(schema)} as const;`)}

/** Names one secret. */
export type SecretKey = keyof typeof schema.properties;

/** All values, by key. */
export type Secrets = ${block(values(schema), ';')};

/** A client of these secrets; it connects with the first request. */
export const createSecrets = (options?: SecretsOptions): SecretsClient<typeof schema> => createSecretsClient(schema, options);
`;
