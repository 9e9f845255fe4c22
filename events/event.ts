/** Everything that can have happened: the union from which types, names and decoding are derived. */
import * as t from 'io-ts';
import { AccessEvent } from './access/access.ts';
import { AdminEvent } from './admin/admin.ts';
import { KeyringEvent } from './keyring/keyring.ts';
import { NamespaceEvent } from './namespace/namespace.ts';
import { RolloutEvent } from './rollout/rollout.ts';
import { SecretEvent } from './secret/secret.ts';
import { ServiceEvent } from './service/service.ts';

export const Event = t.union(
  [
    ...KeyringEvent.types,
    ...AdminEvent.types,
    ...NamespaceEvent.types,
    ...SecretEvent.types,
    ...ServiceEvent.types,
    ...AccessEvent.types,
    ...RolloutEvent.types,
  ],
  'Event',
);
export type Event = t.TypeOf<typeof Event>;
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;
