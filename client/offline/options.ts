/** What a program says about keeping values for when nobody can be asked. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { Milliseconds } from '../../events/vocabulary.ts';
import type { ServiceIdentity } from '../credential.ts';
import { argumentError, errorOf, type JetlockError } from '../error.ts';
import type { FileFailure } from '../secret-file.ts';
import { openKeptFile, type KeptFile } from './file.ts';
import type { OfflineParts, OfflineUse } from './offline.ts';

export type OfflineOptions = {
  /** Where they are kept: a file of this process alone, readable by its user alone. What opens it is the credential. */
  readonly file: string;
  /** Nothing is used longer than so after it was read, in milliseconds, whatever the grant allows. */
  readonly maxAgeMs: number;
  /** Told of every use of a value that was kept. */
  readonly onUse?: (use: OfflineUse) => void;
  /** Told when something could not be kept, forgotten or counted. */
  readonly onFailure?: (error: JetlockError) => void;
};

/** Opens the file; an error where it is open to others, or of somebody else. */
export const offlineOf = (identity: ServiceIdentity, { file, maxAgeMs, onUse, onFailure }: OfflineOptions): Either<JetlockError, Omit<OfflineParts, 'service' | 'time'>> => {
  if (!Milliseconds.is(maxAgeMs)) return E.left(argumentError('that is not a length of time', 'maxAgeMs is a whole number of milliseconds, at least 1'));
  const opened = E.mapLeft(errorOf)(openKeptFile(file, identity));
  return E.map((kept: KeptFile) => ({ file: kept, maxAgeMs, onUse: onUse ?? (() => undefined), onFailure: (failure: FileFailure) => onFailure?.(errorOf(failure)) }))(opened);
};
