import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Subjects } from '../events/subjects.ts';
import type { PublicKey } from '../events/vocabulary.ts';
import type { ServiceKeys } from '../protocol/wire.ts';
import type { ClientFailure } from './failure.ts';
import type { Transport } from './transport.ts';

/** Whose signature counts: the one of this key, or of whoever answers first as long as these keys are used. */
export type Trust = { readonly signer: PublicKey } | { readonly firstUse: true };

/** The service's box key, checked. */
export type Keys = {
  /** The key to seal to now; asked for when there is none yet, or it is over. `signer` in it is the trusted one. */
  readonly current: TaskEither<ClientFailure, ServiceKeys>;
  /** The same, asked for anew. */
  readonly renewed: TaskEither<ClientFailure, ServiceKeys>;
};

export type KeysOptions = { readonly transport: Transport; readonly subjects: Subjects; readonly trust: Trust; readonly now?: () => number };

export declare const serviceKeys: (options: KeysOptions) => Keys;
