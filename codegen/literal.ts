/** Texts of a schema as TypeScript writes them: whatever is in them, none becomes code. */

export type Literal = string | ReadonlyArray<Literal> | { readonly [name: string]: Literal | undefined };

// Also what no editor shows, or shows elsewhere than it is: source that reads in one way and runs in another.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;
const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** A string in single quotes. */
export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replace(UNSEEN, escaped)}'`;

const isIdentifier = (name: string): boolean => /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name);

/** The name of a property of a type. */
export const typeName = (name: string): string => (isIdentifier(name) ? name : quoted(name));

/** The name of a property of an object. Only in brackets `__proto__` is the name of one, and not the object's prototype. */
const propertyName = (name: string): string => (name === '__proto__' ? `[${quoted(name)}]` : typeName(name));

const isList = (value: Literal): value is ReadonlyArray<Literal> => Array.isArray(value);

export const entriesOf = (value: { readonly [name: string]: Literal | undefined }): ReadonlyArray<readonly [name: string, value: Literal]> =>
  Object.entries(value).flatMap(([name, content]) => (content === undefined ? [] : [[propertyName(name), content] as const]));

/** A value in one line. */
export const inline = (value: Literal): string => {
  if (typeof value === 'string') return quoted(value);
  if (isList(value)) return `[${value.map(inline).join(', ')}]`;
  const entries = entriesOf(value);
  return entries.length === 0 ? '{}' : `{ ${entries.map(([name, content]) => `${name}: ${inline(content)}`).join(', ')} }`;
};

/**
 * A doc comment of one line.
 * @param text one line; what would end the comment, or speak to the compiler, does neither
 */
export const docComment = (text: string): string =>
  `/** ${text.trim().replaceAll('*/', '*\\/').replace(/^@(?=ts-)/, '@ ').replace(/\p{Cs}/gu, '\ufffd')} */`;
