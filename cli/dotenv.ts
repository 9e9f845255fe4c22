/**
 * Reads a .env file for `secret import`. The package dotenv reads what it understands and silently leaves the rest, so this
 * scanner finds the assignments and every line that is none; a value counts only where dotenv reads the very same one.
 * What programs are known to read in different ways is refused, with the way to write it plainly. No message repeats
 * anything of the file: a line that is not understood may be a piece of a secret.
 */
import { isUtf8 } from 'node:buffer';
import dotenv from 'dotenv';
import * as E from 'fp-ts/lib/Either.js';
import { SecretPath } from '../events/vocabulary.ts';

/** `line` is where it begins, from 1. */
export type Assignment = { readonly key: string; readonly value: Uint8Array; readonly line: number };
export type BadLine = { readonly line: number; readonly problem: string };

const VALUE_BYTES_MAX = 65_536;

const BLANK = /^[ \t]*(?:#.*)?$/;
const BEGIN = /^[ \t]*(?:export[ \t]+)?([^\s=]+)[ \t]*=(.*)$/su;

/** Text of a value and how many lines it takes. */
type Raw = { readonly text: string; readonly lines: number };

const unquoted = (rest: string): E.Either<string, Raw> => {
  const hash = rest.indexOf('#');
  if (hash >= 0 && !/[ \t]/.test(rest.charAt(hash - 1))) return E.left('a # inside a value begins a comment for some programs: put the value in quotes');
  const text = (hash < 0 ? rest : rest.slice(0, hash)).replace(/^[ \t]+|[ \t]+$/g, '');
  return text.startsWith('-----BEGIN ') ? E.left('a PEM block is longer than a line: put it in double quotes') : E.right({ text, lines: 1 });
};

const splitAt = (mark: string, text: string): [string, string?] => {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

const unescaped = (quote: string, inner: string): E.Either<string, string> => {
  if (quote !== '"') return E.right(inner);
  return inner.includes('\\\\')
    ? E.left('programs differ on \\\\ in double quotes: use single quotes')
    : E.right(inner.replaceAll('\\n', '\n').replaceAll('\\r', '\r'));
};

const quoted = (quote: string, first: string, following: ReadonlyArray<string>): E.Either<string, Raw> => {
  const more = first.includes(quote) ? 0 : 1 + following.findIndex((line) => line.includes(quote));
  const [inner, after] = splitAt(quote, [first, ...following.slice(0, more)].join('\n'));
  if (after === undefined) return E.left('a quote is opened and not closed');
  if (inner.endsWith('\\')) return E.left('programs differ on a backslash before a quote: use another kind of quotes');
  if (!/^[ \t]*(?:[ \t]#.*)?$/s.test(after)) return E.left('something follows the closing quote');
  return E.map((text: string) => ({ text, lines: more + 1 }))(unescaped(quote, inner));
};

const rawOf = (rest: string, following: ReadonlyArray<string>): E.Either<string, Raw> => {
  const [opened, quote] = /^[ \t]*(['"`])/.exec(rest) ?? [];
  return opened === undefined || quote === undefined ? unquoted(rest) : quoted(quote, rest.slice(opened.length), following);
};

/** The judge: what programs that use the package make of these lines. */
const dotenvReads = (source: string, key: string, text: string): boolean => {
  const read = Object.entries(dotenv.parse(source));
  return read.length === 1 && read[0]?.[0] === key && read[0][1] === text;
};

const keyProblem = (key: string): string | undefined =>
  SecretPath.is(`namespace/${key}`) && !key.includes('/') ? undefined : 'the name before = may have 1 to 64 of A-Z a-z 0-9 _ . - only';

type Found = { readonly assignment: Assignment; readonly lines: number };

const assignmentAt = (lines: ReadonlyArray<string>, at: number): E.Either<string, Found> => {
  const [, key, rest] = BEGIN.exec(lines[at] ?? '') ?? [];
  if (key === undefined || rest === undefined) return E.left('neither KEY=VALUE nor a comment');
  const problem = keyProblem(key);
  if (problem !== undefined) return E.left(problem);
  return E.chain((raw: Raw): E.Either<string, Found> => {
    const value = new TextEncoder().encode(raw.text);
    if (value.length > VALUE_BYTES_MAX) return E.left(`the value is longer than ${VALUE_BYTES_MAX} bytes`);
    if (!dotenvReads(lines.slice(at, at + raw.lines).join('\n'), key, raw.text)) return E.left('programs read this line in different ways: put the value in quotes');
    return E.right({ assignment: { key, value, line: at + 1 }, lines: raw.lines });
  })(rawOf(rest, lines.slice(at + 1)));
};

/** Names may come once; which of two values is meant nobody can know. */
const duplicates = (assignments: ReadonlyArray<Assignment>): ReadonlyArray<BadLine> => {
  const first = new Map<string, number>();
  return assignments.flatMap(({ key, line }) => {
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, line);
    return earlier === undefined ? [] : [{ line, problem: `the same name as in line ${earlier}` }];
  });
};

const scan = (lines: ReadonlyArray<string>) => {
  const bad: BadLine[] = [];
  const assignments: Assignment[] = [];
  for (let at = 0; at < lines.length; ) {
    const found = BLANK.test(lines[at] ?? '') ? undefined : assignmentAt(lines, at);
    if (found?._tag === 'Left') bad.push({ line: at + 1, problem: found.left });
    if (found?._tag === 'Right') assignments.push(found.right.assignment);
    at += found?._tag === 'Right' ? found.right.lines : 1;
  }
  return { assignments, bad: [...bad, ...duplicates(assignments)] };
};

type Decoded = { readonly lines: ReadonlyArray<string>; readonly bad: ReadonlyArray<BadLine> };

const decoded = (file: Uint8Array): Decoded => {
  const bad: BadLine[] = [];
  // One character for each byte first, so that a line that is no UTF-8 still has a number.
  const raw = Buffer.from(file).toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '').split('\n');
  const lines = raw.map((line, at) => {
    const bytes = Buffer.from(line.replace(/\r$/, ''), 'latin1');
    const problem = !isUtf8(bytes) ? 'not UTF-8' : bytes.includes('\r') ? 'a carriage return inside a line' : undefined;
    if (problem !== undefined) bad.push({ line: at + 1, problem });
    return problem === undefined ? bytes.toString() : '';
  });
  return { lines, bad };
};

/**
 * The assignments of a .env file, or every line that is not understood.
 *
 * Taken: `KEY=value`, `export KEY=value`, values bare or in `'`, `"` or backticks, quoted ones over several lines, `\n` and
 * `\r` as escapes in double quotes, comments on their own line or after white space, empty values, a byte order mark, CRLF
 * (which becomes LF). Refused: the same name twice, names that cannot end a path, values over 64 KiB.
 * @param file its bytes, UTF-8
 */
export const parseDotenv = (file: Uint8Array): E.Either<ReadonlyArray<BadLine>, ReadonlyArray<Assignment>> => {
  const { lines, bad } = decoded(file);
  const scanned = scan(lines);
  const all = [...bad, ...scanned.bad].sort((a, b) => a.line - b.line);
  return all.length === 0 ? E.right(scanned.assignments) : E.left(all);
};
