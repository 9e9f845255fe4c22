/**
 * How the command line speaks. The rules of this voice:
 * - lower case at the beginning, no period at the end;
 * - name what failed, then say in a hint line what to type next;
 * - never repeat a value, a token or a key, nor an argument that might be one;
 * - results go to stdout, everything that is said goes to stderr;
 * - with `--json` there is exactly one JSON document on stdout, also when a command fails.
 */
import * as E from 'fp-ts/lib/Either.js';
import colors from 'picocolors';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';
import type { Io, Output } from './io.ts';

// eslint-disable-next-line no-control-regex -- control characters are what this takes out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/gu;

/** Text without anything that could lead a terminal astray: each such character becomes a `?`. */
export const printable = (text: string): string => text.replace(CONTROL, '?');

/** Colours for one stream: none unless it is a terminal, nor where NO_COLOR is set. */
export const colorsFor = (stream: Output, io: Io) =>
  colors.createColors(stream.isTTY === true && !io.environment['NO_COLOR'] && io.environment['TERM'] !== 'dumb');

const write = (stream: Output, data: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(data, (error) => (error ? reject(error) : resolve()));
  });

/** A line for people, on stderr. */
export const say = (io: Io, line: string): Promise<void> => write(io.stderr, `${printable(line)}\n`);

/** Lines of a result, on stdout. */
export const printLines = (io: Io, lines: ReadonlyArray<string>): Promise<void> =>
  write(io.stdout, lines.map((line) => `${line}\n`).join(''));

/** The one document of `--json`, in one line on stdout. */
export const printJson = (io: Io, document: unknown): Promise<void> => write(io.stdout, `${JSON.stringify(document)}\n`);

const asText = (bytes: Uint8Array): string | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return printable(text.replaceAll('\r\n', '\n')) === text.replaceAll('\r\n', '\n') ? text : undefined;
  } catch {
    return undefined;
  }
};

/**
 * A value, on stdout: the exact bytes. Only on a terminal a newline follows where there is none.
 * Bytes that are not plain text are refused on a terminal, which they could upset or take over.
 * @param command what was typed, for the hint
 */
export const printValue = async (io: Io, value: Uint8Array, command = 'jetlock get PATH'): Promise<E.Either<Failure, void>> => {
  if (io.stdout.isTTY !== true) return E.right(await write(io.stdout, value));
  const text = asText(value);
  if (text === undefined) {
    return E.left(fail(EXIT.badInput, 'the value is binary: not printed on a terminal', `send it to a file or a program: ${command} > FILE`));
  }
  return E.right(await write(io.stdout, text === '' || text.endsWith('\n') ? text : `${text}\n`));
};

/** Tells why a command failed: on stderr for people, and with `json` also as `{"error":…}` on stdout. */
export const report = async (io: Io, failure: Failure, json: boolean): Promise<void> => {
  const paint = colorsFor(io.stderr, io);
  await write(io.stderr, `${paint.red('jetlock:')} ${printable(failure.message)}\n`);
  for (const detail of failure.details ?? []) await say(io, `  ${detail}`);
  if (failure.hint !== undefined) await write(io.stderr, `${paint.yellow('hint:')} ${printable(failure.hint)}\n`);
  if (json) await printJson(io, { error: failure });
};
