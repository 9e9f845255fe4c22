import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { AdminCommand } from '../events/command.ts';
import type { Subjects } from '../events/subjects.ts';
import type { ClientInfo, SecretPath } from '../events/vocabulary.ts';
import type { Done, QueryName, QueryReply, QueryRequest } from '../protocol/operations.ts';
import type { Enclosed } from '../protocol/wire.ts';
import type { AdminIdentity } from './credential.ts';
import type { ClientFailure } from './failure.ts';
import type { Keys } from './keys.ts';
import type { Transport } from './transport.ts';

export type WriteOptions = { readonly description?: string; readonly ifVersion?: number };

export type AdminClient = {
  readonly query: <Q extends QueryName>(operation: Q, args: Omit<QueryRequest<Q>, 'operation'>) => TaskEither<ClientFailure, QueryReply<Q>>;
  readonly command: (command: AdminCommand, enclosed?: Enclosed) => TaskEither<ClientFailure, Done>;
  /** At most 64 KiB. */
  readonly writeSecret: (path: SecretPath, value: Uint8Array, options?: WriteOptions) => TaskEither<ClientFailure, Done>;
  readonly close: () => void;
};

export type AdminOptions = {
  readonly transport: Transport;
  readonly subjects: Subjects;
  readonly keys: Keys;
  readonly identity: AdminIdentity;
  readonly client: ClientInfo;
};

export declare const adminClient: (options: AdminOptions) => AdminClient;
