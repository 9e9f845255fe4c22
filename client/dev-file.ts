/** `.jetlock/dev.json`: how programs and commands on the machine of a developer find the `jetlock dev` that runs in their folder, or in one above. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { PublicKey } from '../events/vocabulary.ts';
import type { ConnectOptions } from './connect.ts';
import { errorOf, type JetlockError } from './error.ts';
import { decodeJson } from './json.ts';
import { fileFailure, readSecretFile, type FileFailure } from './secret-file.ts';

/** What of it a program needs. */
const DevFile = t.type({ natsUrl: t.string, publicKey: PublicKey, natsIdentities: t.type({ client: t.string }) }, 'DevFile');

export type FoundDev = Pick<ConnectOptions, 'nats' | 'servicePublicKey'> & { readonly path: string };

/** Where the `jetlock dev` of a folder leaves it. */
export const devFilePath = (directory: string): string => join(directory, '.jetlock', 'dev.json');

/** Undefined where there are no users that files belong to. */
const us = (): number | undefined => process.getuid?.();

const isOurs = (path: string): boolean => us() === undefined || statSync(path, { throwIfNoEntry: false })?.uid === us();

/** The nearest one, from a folder upwards; there, what others left is none of ours: in a shared folder anybody can leave one. */
const nearest = (directory: string, isAbove = false): string | undefined => {
  const path = devFilePath(directory);
  if (existsSync(path) && (!isAbove || isOurs(path))) return path;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearest(parent, true);
};

/**
 * The nearest one and what is in it, if it is ours and for nobody else: one that someone else left in a shared folder would send
 * our questions, or our values, to their service.
 * @param directory absolute, where the search upwards begins
 * @returns undefined where there is none
 */
export const readNearestDevFile = (directory: string): Either<FileFailure, { readonly path: string; readonly bytes: Uint8Array } | undefined> => {
  const path = nearest(directory);
  if (path === undefined) return E.right(undefined);
  return E.map((bytes: Uint8Array) => ({ path, bytes }))(readSecretFile(path, us()));
};

/** What is in it is something else. */
export const strangeDevFile = (path: string): FileFailure => fileFailure(path, `${path} is not what jetlock dev writes`, 'start jetlock dev again');

/**
 * What a `jetlock dev` has written; undefined where there is none.
 * @param directory absolute
 */
export const findDev = (directory: string): Either<JetlockError, FoundDev | undefined> => {
  const read = readNearestDevFile(directory);
  if (E.isLeft(read)) return E.left(errorOf(read.left));
  if (read.right === undefined) return E.right(undefined);
  const { path, bytes } = read.right;
  const dev = decodeJson(DevFile)(bytes);
  return E.isLeft(dev)
    ? E.left(errorOf(strangeDevFile(path)))
    : E.right({ path, nats: { servers: dev.right.natsUrl, nkey: dev.right.natsIdentities.client }, servicePublicKey: dev.right.publicKey });
};
