/** The operator's key, which wraps the keyring: from configuration, or from a file of ours that is made at the very first start. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bimap, chain, isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type FileFailure, readSecretFile, writeSecretFile } from '../../client/secret-file.ts';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../crypto/bytes.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { keyFingerprint, newKey } from '../../crypto/wrap.ts';
import { orNull } from '../../events/codec.ts';
import { Digest, type Fingerprint, Instant } from '../../events/vocabulary.ts';
import { failure, type Failure } from '../failure.ts';
import { locked } from './file-lock.ts';

export type OperatorKeys = {
  /** Fingerprint of the key that is to be in use: the log says whether it is yet. */
  readonly current: () => Fingerprint;
  readonly keyFor: (fingerprint: string) => Redacted<Uint8Array> | undefined;
  /** Whether the key is kept in a file of ours, which may be changed. */
  readonly isOurs: boolean;
  /** Makes a new current key and keeps the old one as the previous. Nothing is wrapped again by this alone. */
  readonly rotate: (now: number) => Either<Failure, Fingerprint>;
  /** Forgets the previous key, where that is not the one that is named: what only it could open is lost from then on. */
  readonly dropPrevious: (current: Fingerprint) => Either<Failure, void>;
  readonly hasPrevious: () => boolean;
};

export const KEY_FILE = 'operator-keys.json';

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

const readFile = (path: string): Either<Failure, KeyFile> => {
  const read = readSecretFile(path);
  if (isLeft(read)) return left(fromFileFailure(read.left));
  const file = decodeFile(read.right);
  return file === undefined ? left(failure('config', `${path} is not a key file`, 'restore it from your backup')) : right(file);
};

const writeFile = (path: string, file: KeyFile, how: { readonly overwrite?: boolean } = {}): Either<Failure, KeyFile> =>
  bimap(fromFileFailure, () => file)(writeSecretFile(path, utf8(`${JSON.stringify(file, undefined, 2)}\n`), how));

const keysIn = ({ current, previous }: KeyFile) => [current, ...(previous === null ? [] : [previous])].map(({ key }) => toKey(key));

/** Replicas may share a directory, so the file is read again before it is changed, and where a key is not in what was read. */
const fromFile = (path: string, start: KeyFile): OperatorKeys => {
  let file = start;
  const taken = (read: Either<Failure, KeyFile>): Either<Failure, KeyFile> => {
    if (!isLeft(read)) file = read.right;
    return read;
  };
  const change = (to: (file: KeyFile) => KeyFile): Either<Failure, KeyFile> =>
    locked(path, () =>
      chain((before: KeyFile) => {
        const next = to(before);
        return next === before ? right(before) : taken(writeFile(path, next, { overwrite: true }));
      })(taken(readFile(path))),
    );
  const current = (): Fingerprint => keyFingerprint(toKey(file.current.key));
  const known = (fingerprint: string) => lookup(keysIn(file))(fingerprint);
  return {
    current,
    keyFor: (fingerprint) => known(fingerprint) ?? (isLeft(taken(readFile(path))) ? undefined : known(fingerprint)),
    isOurs: true,
    // A rotation that was cut off is finished first: its previous key still opens something.
    rotate: (now) => map(current)(change((before) => (before.previous === null ? { v: 1, current: freshKey(now), previous: before.current } : before))),
    dropPrevious: (named) =>
      map(() => undefined)(change((before) => (before.previous === null || keyFingerprint(toKey(before.current.key)) !== named ? before : { ...before, previous: null }))),
    hasPrevious: () => file.previous !== null,
  };
};

const freshKey = (now: number): KeyFile['current'] => ({ key: toBase64(newKey().reveal()) as Digest, since: now as Instant });

/** The key file of a data directory. */
export const readOperatorKeys = (dataDir: string): Either<Failure, OperatorKeys | undefined> => {
  const path = join(dataDir, KEY_FILE);
  return existsSync(path) ? map((file: KeyFile) => fromFile(path, file))(readFile(path)) : right(undefined);
};

/** The first key of a data directory: only where there is neither a stream nor a key. */
export const createOperatorKeys = (dataDir: string, now: number): Either<Failure, OperatorKeys> => {
  const path = join(dataDir, KEY_FILE);
  return map((file: KeyFile) => fromFile(path, file))(writeFile(path, { v: 1, current: freshKey(now), previous: null }));
};
