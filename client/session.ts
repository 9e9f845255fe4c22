import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ClientInfo, Id, PublicKey, ServiceName } from '../events/vocabulary.ts';
import type { Credential, Enclosed } from '../protocol/wire.ts';
import type { ClientFailure } from './failure.ts';
import type { Keys } from './keys.ts';
import type { Transport } from './transport.ts';

/** What a credential is bound to: one request, in one session, to one box key. */
export type Bound = { readonly v: 1; readonly kid: Id; readonly from: PublicKey; readonly id: Id; readonly time: number; readonly subject: string; readonly body: string };

export type Question = {
  readonly subject: string;
  /** Who asks; null for an admin. */
  readonly service: ServiceName | null;
  /** JSON, sent as it is. */
  readonly body: string;
  readonly credential: (bound: Bound) => Credential;
  readonly enclosed: Enclosed | null;
  readonly timeoutMs: number;
};

export type Session = {
  readonly ask: (question: Question) => TaskEither<ClientFailure, unknown>;
  /** Forgets the keys of the session. */
  readonly close: () => void;
};

export type SessionOptions = { readonly transport: Transport; readonly keys: Keys; readonly client: ClientInfo; readonly now?: () => number };

export declare const newSession: (options: SessionOptions) => Session;
