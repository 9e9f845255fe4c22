/** The file in which it is kept: encrypted for one credential of one service, and written whole before anything follows from it. */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { utf8, wipe } from '../../crypto/bytes.ts';
import { offlineKey, openOffline, sealOffline, type OfflinePlace } from '../../crypto/offline.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { Sealed } from '../../events/record.ts';
import { Fingerprint, ServiceName } from '../../events/vocabulary.ts';
import { identityFingerprint, type ServiceIdentity } from '../credential.ts';
import { decodeJson, toJson } from '../json.ts';
import { fileFailure, readSecretFile, writeSecretFile, type FileFailure } from '../secret-file.ts';
import { Content, nothingKept } from './kept.ts';

const OfflineFile = t.strict({ v: t.literal(1), type: t.literal('jetlock-offline'), service: ServiceName, credential: Fingerprint, sealed: Sealed }, 'OfflineFile');

export type KeptFile = {
  /** Reads, changes and writes; what comes of it counts only if all of that was done. */
  readonly change: <A>(to: (content: Content) => { readonly content: Content; readonly result: A }) => Either<FileFailure, A>;
};

const secretOf = (identity: ServiceIdentity): Uint8Array => (identity.kind === 'token' ? utf8(identity.token.reveal()) : identity.secretKey.reveal().slice(0, 32));

const keyOf = (identity: ServiceIdentity): Redacted<Uint8Array> => {
  const secret = secretOf(identity);
  const key = offlineKey(secret);
  wipe(secret);
  return key;
};

const alien = (path: string): FileFailure => fileFailure(path, `${path} does not hold what this credential has kept`, 'it was changed, or is of another service or credential: name another file, or remove this one');

const contentIn = (path: string, key: Redacted<Uint8Array>, place: OfflinePlace, bytes: Uint8Array): Either<FileFailure, Content> => {
  const file = decodeJson(OfflineFile)(bytes);
  const plain = E.isLeft(file) ? undefined : openOffline(key, file.right.sealed, place);
  const content = plain === undefined ? E.left(undefined) : decodeJson(Content)(plain);
  if (plain !== undefined) wipe(plain);
  return E.mapLeft(() => alien(path))(content);
};

const write = (path: string, key: Redacted<Uint8Array>, place: OfflinePlace, content: Content): Either<FileFailure, void> => {
  const plain = toJson(content);
  const file = { v: 1, type: 'jetlock-offline', ...place, sealed: sealOffline(key, plain, place) };
  wipe(plain);
  return writeSecretFile(path, toJson(file), { overwrite: true });
};

/** Then not even its time matters. */
const isEmpty = ({ kept, uses }: Content): boolean => kept.length + uses.length === 0;

/** Refused where others can read it, or it does not open with this credential. One process at a time uses it. */
export const openKeptFile = (path: string, identity: ServiceIdentity): Either<FileFailure, KeptFile> => {
  const key = keyOf(identity);
  const place = { service: identity.service, credential: identityFingerprint(identity) };
  const read = (): Either<FileFailure, Content> => (existsSync(path) ? E.chain((bytes: Uint8Array) => contentIn(path, key, place, bytes))(readSecretFile(path)) : E.right(nothingKept));
  const change: KeptFile['change'] = (to) => {
    const before = read();
    if (E.isLeft(before)) return before;
    const { content, result } = to(before.right);
    return isEmpty(before.right) && isEmpty(content) ? E.right(result) : E.map(() => result)(write(path, key, place, content));
  };
  return E.map(() => ({ change }))(read());
};
