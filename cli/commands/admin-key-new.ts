/** `jetlock admin key new`: a key for oneself, made here, so that nobody else ever has it. Another admin enrols its public half. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { newAdminIdentity, writeAdminIdentity } from '../../client/credential.ts';
import { publicKeyFingerprint } from '../../client/fingerprints.ts';
import { adminName, orNone } from '../arguments.ts';
import { failureOfFile } from '../client-failure.ts';
import { identityOf } from '../connect.ts';
import { tell } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = (_args, options, io) =>
  pipe(
    E.Do,
    E.apS('named', orNone(adminName)(options.text['admin'])),
    E.apS('own', identityOf(options, io)),
    E.chain(({ named, own }) => {
      // The same installation and service as the identity at hand: it was given to somebody whom its maker trusts.
      const { keyring, servicePublicKey } = own;
      const made = newAdminIdentity({ admin: named ?? own.admin, keyring, servicePublicKey });
      const file = resolve(io.directory, options.text['out'] ?? `${made.admin}.admin.json`);
      return E.bimap(failureOfFile, () => ({ file, made }))(writeAdminIdentity(file, made));
    }),
    TE.fromEither,
    TE.chainTaskK(({ file, made: { admin, publicKey } }) => {
      const fingerprint = publicKeyFingerprint(publicKey);
      const next = `jetlock admin add ${admin} --public-key=${publicKey} --role ROLE`;
      const lines = [`public key: ${publicKey}`, `fingerprint: ${fingerprint}`, `kept in: ${file}`, `another admin compares the fingerprint and types: ${next}`];
      return tell({ options, io }, lines, { admin, publicKey, fingerprint, file, next });
    }),
  );
