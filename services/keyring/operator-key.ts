/** The operator's key, which wraps the keyring: from configuration, or from a file of ours that is made at the very first start. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type FileFailure, readSecretFile, writeSecretFile } from '../../client/secret-file.ts';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../crypto/bytes.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { keyFingerprint, newKey } from '../../crypto/wrap.ts';
import { orNull } from '../../events/codec.ts';
import { Digest, type Fingerprint, Instant } from '../../events/vocabulary.ts';
import { failure, type Failure } from '../failure.ts';

export type OperatorKeys = {
  /** Fingerprint of the key that wraps what is written now. */
  readonly current: () => Fingerprint;
  readonly keyFor: (fingerprint: string) => Redacted<Uint8Array> | undefined;
  /** Whether the key is kept in a file of ours, which may be changed. */
  readonly isOurs: boolean;
  /** Makes a new current key and keeps the old one as the previous. Nothing is wrapped again by this alone. */
  readonly rotate: (now: number) => Either<Failure, Fingerprint>;
  /** Forgets the previous key: what only it could open is lost from then on. */
  readonly dropPrevious: () => Either<Failure, void>;
  readonly hasPrevious: () => boolean;
};

const KEY_FILE = 'operator-keys.json';

const KeyFile = t.strict(
  {
    v: t.literal(1),
    current: t.strict({ key: Digest, since: Instant }),
    previous: orNull(t.strict({ key: Digest, since: Instant })),
  },
  'operator-keys.json',
);
type KeyFile = t.TypeOf<typeof KeyFile>;

const fromFileFailure = ({ why, hint }: FileFailure): Failure => failure('config', why, hint);

const toKey = (text: string): Redacted<Uint8Array> => new Redacted(fromBase64(text));

const lookup = (keys: ReadonlyArray<Redacted<Uint8Array>>) => {
  const byFingerprint = new Map(keys.map((key) => [keyFingerprint(key), key]));
  return (fingerprint: string): Redacted<Uint8Array> | undefined => byFingerprint.get(fingerprint as Fingerprint);
};

/** Keys that the operator gives: 32 bytes each, base64url or base64. */
export const givenOperatorKeys = (currentText: string, previousText: string | undefined): Either<Failure, OperatorKeys> => {
  const texts = [currentText, ...(previousText === undefined ? [] : [previousText])].map((text) =>
    text.trim().replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
  );
  if (!texts.every(Digest.is)) return left(failure('config', 'KEY_ENCRYPTION_KEY is not 32 bytes in base64', 'make one with: openssl rand -base64 32'));
  const keys = texts.map(toKey);
  const [current] = keys;
  if (current === undefined) return left(failure('config', 'no operator key is given', 'set KEY_ENCRYPTION_KEY_FILE'));
  return right({
    current: () => keyFingerprint(current),
    keyFor: lookup(keys),
    isOurs: false,
    rotate: () => left(failure('config', 'the operator key is given from outside', 'set the new one as KEY_ENCRYPTION_KEY and the old one as KEY_ENCRYPTION_KEY_PREVIOUS')),
    dropPrevious: () => right(undefined),
    hasPrevious: () => previousText !== undefined,
  });
};

const decodeFile = (bytes: Uint8Array): KeyFile | undefined => {
  try {
    const decoded = KeyFile.decode(JSON.parse(fromUtf8(bytes)));
    return decoded._tag === 'Right' ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

const fromFile = (path: string, start: KeyFile): OperatorKeys => {
  let file = start;
  const keys = () => [file.current, ...(file.previous === null ? [] : [file.previous])].map(({ key }) => toKey(key));
  const write = (next: KeyFile): Either<Failure, void> => {
    const written = writeSecretFile(path, utf8(`${JSON.stringify(next, undefined, 2)}\n`), { overwrite: true });
    if (isLeft(written)) return left(fromFileFailure(written.left));
    file = next;
    return right(undefined);
  };
  const current = (): Fingerprint => keyFingerprint(toKey(file.current.key));
  return {
    current,
    keyFor: (fingerprint) => lookup(keys())(fingerprint),
    isOurs: true,
    rotate: (now) => {
      // A rotation that was cut off is finished first: its previous key still opens something.
      if (file.previous !== null) return right(current());
      const written = write({ v: 1, current: freshKey(now), previous: file.current });
      return isLeft(written) ? written : right(current());
    },
    dropPrevious: () => (file.previous === null ? right(undefined) : write({ ...file, previous: null })),
    hasPrevious: () => file.previous !== null,
  };
};

const freshKey = (now: number): KeyFile['current'] => ({ key: toBase64(newKey().reveal()) as Digest, since: now as Instant });

/** The key file of a data directory. */
export const readOperatorKeys = (dataDir: string): Either<Failure, OperatorKeys | undefined> => {
  const path = join(dataDir, KEY_FILE);
  if (!existsSync(path)) return right(undefined);
  const read = readSecretFile(path);
  if (isLeft(read)) return left(fromFileFailure(read.left));
  const file = decodeFile(read.right);
  return file === undefined ? left(failure('config', `${path} is not a key file`, 'restore it from your backup')) : right(fromFile(path, file));
};

/** The first key of a data directory: only where there is neither a stream nor a key. */
export const createOperatorKeys = (dataDir: string, now: number): Either<Failure, OperatorKeys> => {
  const path = join(dataDir, KEY_FILE);
  const file: KeyFile = { v: 1, current: freshKey(now), previous: null };
  const written = writeSecretFile(path, utf8(`${JSON.stringify(file, undefined, 2)}\n`));
  return isLeft(written) ? left(fromFileFailure(written.left)) : right(fromFile(path, file));
};
