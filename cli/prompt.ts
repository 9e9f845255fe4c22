/** What is asked of the person at the terminal, and what comes in through a pipe instead. */
import { createInterface } from 'node:readline/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { EXIT } from './exit-codes.ts';
import { emptyLine, press, type HiddenLine } from './hidden-line.ts';
import type { Io } from './io.ts';
import { fail, type Failure } from './failure.ts';
import { printable } from './terminal.ts';

const BRACKETED_PASTE = { on: '\u001b[?2004h', off: '\u001b[?2004l' };
const INTERRUPTED = fail(EXIT.interrupted, 'stopped, nothing was changed');

/** Feeds the line with what the terminal sends, a chunk at a time, until it has ended. */
const typedLine = (io: Io): Promise<HiddenLine> =>
  new Promise((resolve) => {
    const line = emptyLine();
    const stop = (): void => {
      io.stdin.off('data', take);
      io.stdin.off('end', hangUp);
      io.stdin.pause();
      resolve(line);
    };
    const take = (chunk: Buffer): void => {
      chunk.forEach((byte) => press(line, byte));
      if (line.end !== undefined) stop();
    };
    const hangUp = (): void => {
      line.end = 'interrupted';
      stop();
    };
    io.stdin.on('data', take);
    io.stdin.on('end', hangUp);
    // Paused by a prompt before this one it would stay so.
    io.stdin.resume();
  });

const lineOf = (line: HiddenLine): E.Either<Failure, Uint8Array> => {
  if (line.end === 'entered') return E.right(Uint8Array.from(line.bytes));
  if (line.end === 'interrupted') return E.left(INTERRUPTED);
  return E.left(fail(EXIT.badInput, 'that was more than one line, which a prompt cannot take', 'send it from a file: jetlock … < FILE'));
};

/** Asks for one line that the terminal does not show. The terminal is as it was afterwards, whatever happens. */
const readHidden = async (io: Io, question: string): Promise<E.Either<Failure, Uint8Array>> => {
  io.stdin.setRawMode?.(true);
  io.stderr.write(`${BRACKETED_PASTE.on}${printable(question)} (not shown): `);
  try {
    return lineOf(await typedLine(io));
  } finally {
    io.stdin.setRawMode?.(false);
    io.stderr.write(`${BRACKETED_PASTE.off}\n`);
  }
};

const readPiped = async (io: Io, limit: number): Promise<E.Either<Failure, Uint8Array>> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    // Enough to know: whatever else comes need not be held in memory.
    if (length > limit) return E.left(fail(EXIT.badInput, `what came on stdin is longer than ${limit} bytes`));
  }
  return E.right(Buffer.concat(chunks));
};

/**
 * The bytes of a value: asked for in a hidden prompt where stdin is a terminal (one line, without its end), else all of stdin,
 * kept exactly.
 * @param question what is asked for, a few words
 * @param limit most bytes that are taken from a pipe, 64 KiB unless given
 */
export const readValue =
  (io: Io, question: string, limit = 65_536): TaskEither<Failure, Uint8Array> =>
  () =>
    io.stdin.isTTY === true ? readHidden(io, question) : readPiped(io, limit);

const ask = async (io: Io, question: string): Promise<string> => {
  const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: false });
  const interrupted = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    return await Promise.race([lines.question(`${printable(question)} [y/N] `), interrupted]);
  } finally {
    lines.close();
  }
};

/**
 * Makes sure that what cannot be undone is meant: asked on a terminal unless `--yes` settles it. A script that calls the
 * command has decided already, so without a terminal nobody is asked.
 * @param question what is about to happen, as a question
 */
export const confirm =
  (io: Io, question: string, yes: boolean): TaskEither<Failure, void> =>
  async () => {
    if (yes || io.stdin.isTTY !== true) return E.right(undefined);
    return /^y(?:es)?$/i.test((await ask(io, question)).trim()) ? E.right(undefined) : E.left(INTERRUPTED);
  };
