/** The passphrase of a backup: typed, or from a private file; never an argument nor a variable, which others can see. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { readSecretFile } from '../client/secret-file.ts';
import { failureOfFile } from './client-failure.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { readValue } from './prompt.ts';
import { fail, type Failure } from './failure.ts';

/** Long enough that trying them all costs more than the secrets are worth, if it was not taken from a book. */
const CHARACTERS_MIN = 12;

const toText = (bytes: Uint8Array): Either<Failure, string> =>
  E.tryCatch(
    () => new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    () => fail(EXIT.badInput, 'the passphrase is not text', 'use letters and digits'),
  );

const typed = async (io: Io, question: string): Promise<Either<Failure, string>> =>
  io.stdin.isTTY === true ? E.chain(toText)(await readValue(io, question)()) : E.left(fail(EXIT.usage, 'there is no terminal to ask for the passphrase', 'give --passphrase-file FILE, or --recipient KEY for a public key'));

/** One newline at the end of the file is not part of it. */
const fromFile = (path: string): Either<Failure, string> =>
  pipe(
    readSecretFile(path),
    E.mapLeft(failureOfFile),
    E.chain(toText),
    E.map((text) => text.replace(/\r?\n$/, '')),
  );

const fileOf = ({ text }: Options, { directory }: Io): string | undefined =>
  text['passphrase-file'] === undefined ? undefined : resolve(directory, text['passphrase-file']);

const longEnough = (passphrase: string): Either<Failure, string> =>
  passphrase.length >= CHARACTERS_MIN
    ? E.right(passphrase)
    : E.left(fail(EXIT.badInput, `the passphrase is shorter than ${CHARACTERS_MIN} characters`, 'whoever has the file can try passphrases as fast as they like: take five words or more'));

const typedTwice = async (io: Io): Promise<Either<Failure, string>> => {
  const first = await typed(io, 'passphrase for the backup');
  if (E.isLeft(first)) return first;
  const second = await typed(io, 'the same again');
  if (E.isLeft(second)) return second;
  return first.right === second.right ? first : E.left(fail(EXIT.badInput, 'the two passphrases are not the same', 'start again'));
};

/** A passphrase for a new backup: asked for twice. */
export const newPassphrase = async (options: Options, io: Io): Promise<Either<Failure, string>> => {
  const path = fileOf(options, io);
  return E.chain(longEnough)(path === undefined ? await typedTwice(io) : fromFile(path));
};

/** The passphrase of a backup that there is. */
export const knownPassphrase = async (options: Options, io: Io): Promise<Either<Failure, string>> => {
  const path = fileOf(options, io);
  return path === undefined ? typed(io, 'passphrase of the backup') : fromFile(path);
};
