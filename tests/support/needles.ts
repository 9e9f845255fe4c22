/** Looking for something in all the forms in which it could lie about. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What does not change in the base64 of bytes that stand somewhere in others: the same for each of the three alignments. */
const base64Forms = (bytes: Buffer): ReadonlyArray<string> =>
  [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
    const first = Math.ceil((shift * 8) / 6);
    const stable = text.slice(first, Math.floor(((shift + bytes.length) * 8) / 6));
    return [stable, stable.replaceAll('+', '-').replaceAll('/', '_')];
  });

/** As it is, in base64 and base64url wherever it begins, and in hexadecimal. */
export const formsOf = (secret: string | Uint8Array): ReadonlyArray<Buffer> => {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  return [bytes, ...[hex, hex.toUpperCase(), ...base64Forms(bytes)].map((text) => Buffer.from(text))];
};

/** Whether a text or bytes hold one of the secrets in any form. */
export const holds = (hay: string | Uint8Array, secrets: ReadonlyArray<string | Uint8Array>): boolean => {
  const bytes = Buffer.from(hay);
  return secrets.some((secret) => formsOf(secret).some((form) => bytes.includes(form)));
};

/** Every file below a directory. */
export const filesIn = async (directory: string): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** The files below a directory that hold one of the secrets in any form. */
export const filesWith = async (directory: string, secrets: ReadonlyArray<string | Uint8Array>): Promise<ReadonlyArray<string>> => {
  const found: string[] = [];
  for (const file of await filesIn(directory)) if (holds(await readFile(file), secrets)) found.push(file);
  return found;
};
