/** The certificate and the key that `jetlock serve` listens with. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { readSecretFile } from '../client/secret-file.ts';
import { failureOfFile } from './client-failure.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { readBytes } from './read-file.ts';
import { fail, type Failure } from './failure.ts';

export type Tls = { readonly cert: string; readonly key: string };

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Undefined where neither is given; one without the other is refused, and a key that others can read. */
export const tlsFiles = (io: Io, { text: { 'tls-cert': cert, 'tls-key': key } }: Options): TaskEither<Failure, Tls | undefined> => {
  if (cert === undefined && key === undefined) return TE.right(undefined);
  if (cert === undefined || key === undefined) return TE.left(fail(EXIT.badInput, 'a certificate and its key go together', 'give both --tls-cert and --tls-key'));
  return pipe(
    TE.Do,
    TE.bind('cert', () => TE.map(text)(readBytes(io, cert))),
    TE.bind('key', () => TE.fromEither(E.bimap(failureOfFile, text)(readSecretFile(resolve(io.directory, key))))),
  );
};
