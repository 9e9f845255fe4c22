/** A line of a .env file that every program reads alike, and that does nothing where a shell reads it. */
import * as E from 'fp-ts/lib/Either.js';
import { parseDotenv } from './dotenv.ts';

const PLAIN = /^[A-Za-z0-9_./:@%+,=-]*$/;
/** What means something to a shell inside double quotes. */
const LIVE = /[$`\\!"]/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const writingOf = (text: string): string | undefined => {
  if (PLAIN.test(text)) return text;
  if (!text.includes("'")) return `'${text}'`;
  return LIVE.test(text) ? undefined : `"${text}"`;
};

/** Whatever was written counts only if it is read as the very same bytes. */
const isReadAs = (line: string, key: string, value: Uint8Array): boolean => {
  const read = parseDotenv(Buffer.from(line));
  return E.isRight(read) && read.right.length === 1 && read.right[0]?.key === key && Buffer.compare(read.right[0].value, value) === 0;
};

/**
 * `KEY=value`, in quotes where it needs them; a value of several lines takes several.
 * @returns undefined where there is no such line: for bytes that are not UTF-8, and for some texts with quotes
 */
export const dotenvLine = (key: string, value: Uint8Array): string | undefined => {
  try {
    const written = writingOf(utf8.decode(value));
    const line = `${key}=${written ?? ''}`;
    return written !== undefined && isReadAs(line, key, value) ? line : undefined;
  } catch {
    return undefined;
  }
};
