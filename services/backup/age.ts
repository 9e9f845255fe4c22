/**
 * The format of age (age-encryption.org/v1): to a passphrase by scrypt, or to public keys by X25519; then ChaCha20-Poly1305 in
 * chunks of 64 KiB, of which the last is marked as such. Chosen over a format of our own since there are other programs that open it.
 */
import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter } from 'age-encryption';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { failure, flowed, Interrupted, type Failure } from '../failure.ts';

/** What a backup is encrypted to. `recipients`: public keys, `age1…`. */
export type Lock = { readonly passphrase: string } | { readonly recipients: ReadonlyArray<string> };
/** What opens it. `identities`: private keys, `AGE-SECRET-KEY-…`. */
export type Key = { readonly passphrase: string } | { readonly identities: ReadonlyArray<string> };

type Answer<A> = Promise<Either<Failure, A>>;

const encrypterOf = (lock: Lock): Either<Failure, Encrypter> => {
  const encrypter = new Encrypter();
  try {
    if ('passphrase' in lock) encrypter.setPassphrase(lock.passphrase);
    else for (const recipient of lock.recipients) encrypter.addRecipient(recipient);
    return right(encrypter);
  } catch {
    return left(failure('config', 'that is not a public key of age', 'make one with: age-keygen, and give what begins with age1'));
  }
};

export const encrypted = async (lock: Lock, plain: AsyncIterable<Uint8Array>): Answer<AsyncIterable<Uint8Array>> => {
  const encrypter = encrypterOf(lock);
  if (isLeft(encrypter)) return encrypter;
  return right(await encrypter.right.encrypt(ReadableStream.from(plain)));
};

/** Enough for the header of a file to hundreds of recipients. */
const HEADER_BYTES_MAX = 64 * 1024;
const FIRST_LINE = 'age-encryption.org/v1\n';

const unreadable = (path: string) => (error: unknown): Failure =>
  failure('config', `cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`, 'check the path');

const readHeader = (path: string): Answer<Buffer> =>
  flowed(async () => {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER_BYTES_MAX), 0, HEADER_BYTES_MAX, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }, unreadable(path));

/** Which kind of key opens a file, as its header says. */
export const keyKindOf = async (path: string): Answer<'passphrase' | 'identity'> => {
  const header = await readHeader(path);
  if (isLeft(header)) return header;
  const text = header.right.toString('latin1');
  if (!text.startsWith(FIRST_LINE)) return left(failure('config', `${path} is not a backup`, 'name a file that jetlock backup has written'));
  return right(text.startsWith('-> scrypt ', FIRST_LINE.length) ? 'passphrase' : 'identity');
};

const decrypterOf = (key: Key): Either<Failure, Decrypter> => {
  const decrypter = new Decrypter();
  try {
    if ('passphrase' in key) decrypter.addPassphrase(key.passphrase);
    else for (const identity of key.identities) decrypter.addIdentity(identity);
    return right(decrypter);
  } catch {
    return left(failure('config', 'that is not a private key of age', 'name the file that age-keygen has written'));
  }
};

const notOpened = (path: string, key: Key) => (): Failure => {
  const what = 'passphrase' in key ? 'passphrase' : 'key';
  return failure('config', `${path} does not open with that ${what}`, `if it is the right ${what}, the beginning of the file is damaged`);
};

const damaged = (path: string): Failure => failure('config', `${path} is damaged, or was cut`, 'nothing was restored from it; take another backup');

/** A file that opens: what is in it, from the beginning, as often as wanted. */
export type Opened = {
  /**
   * @param read told of every further byte of the file
   * @returns what `use` made of the plain bytes, or the failure where the file is not what was written
   */
  readonly reading: <A>(use: (plain: AsyncIterable<Uint8Array>) => Promise<A>, read: (bytes: number) => void) => Answer<A>;
};

async function* counted(path: string, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    read(chunk.length);
    yield chunk;
  }
}

/** What does not decrypt fails as what it is, whoever uses it. */
async function* orDamaged(path: string, plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* plain;
  } catch {
    throw new Interrupted(damaged(path));
  }
}

/** The key of the file is found once: with a passphrase that takes a second. */
export const opened = async (path: string, key: Key): Answer<Opened> => {
  const [header, decrypter] = [await readHeader(path), decrypterOf(key)];
  if (isLeft(header)) return header;
  if (isLeft(decrypter)) return decrypter;
  const fileKey = await flowed(() => decrypter.right.decryptHeader(header.right), notOpened(path, key));
  if (isLeft(fileKey)) return fileKey;
  const body = new Decrypter();
  body.addIdentity({ unwrapFileKey: () => fileKey.right });
  return right({
    reading: (use, read) =>
      flowed(async () => use(orDamaged(path, await body.decrypt(ReadableStream.from(counted(path, read))))), () => damaged(path)),
  });
};
