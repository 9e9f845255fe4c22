/**
 * The identity of the first admin. Its key is on disk before the log names it: a start that is cut off in between goes on with
 * the same key, and nobody is left with an installation that no key administers.
 */
import { existsSync, rmSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { newAdminIdentity, readAdminIdentity, writeAdminIdentity, type AdminIdentity } from '../client/credential.ts';
import { AdminName, Id, sure, type PublicKey } from '../events/vocabulary.ts';
import { failureOfFile } from './client-failure.ts';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';

export type Installation = { readonly keyring: Id; readonly servicePublicKey: PublicKey };

// Not yet the name of anything: it is replaced before the file gets its own name.
const NO_KEYRING = sure(Id, 'A'.repeat(22));
const FIRST = sure(AdminName, 'admin');

const unfinished = (path: string): string => `${path}.unfinished`;

const newIdentity = (path: string): Either<Failure, AdminIdentity> => {
  const identity = newAdminIdentity({ admin: FIRST, keyring: NO_KEYRING, servicePublicKey: 'A'.repeat(43) as PublicKey });
  const written = writeAdminIdentity(unfinished(path), identity);
  return E.isLeft(written) ? E.left(failureOfFile(written.left)) : E.right(identity);
};

/** The identity at a path, or a new one that is not finished yet. */
export const prepareFirstAdmin = (path: string): Either<Failure, AdminIdentity> => {
  const there = [path, unfinished(path)].find((file) => existsSync(file));
  return there === undefined ? newIdentity(path) : E.mapLeft(failureOfFile)(readAdminIdentity(there));
};

/** Ties an identity to the installation that it administers. */
export const finishFirstAdmin = (path: string, identity: AdminIdentity, { keyring, servicePublicKey }: Installation): Either<Failure, void> => {
  if (existsSync(path))
    return identity.keyring === keyring
      ? E.right(undefined)
      : E.left(fail(EXIT.configuration, `${path} belongs to another installation`, 'name another file with --identity'));
  const written = writeAdminIdentity(path, { ...identity, keyring, servicePublicKey });
  if (E.isLeft(written)) return E.left(failureOfFile(written.left));
  rmSync(unfinished(path), { force: true });
  return E.right(undefined);
};
