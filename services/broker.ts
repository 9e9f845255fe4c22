/** What the service needs of the world outside: ports, so that everything behind them runs on memory as well as on NATS. */
import type { Log } from '../events/log/log.ts';
import type { ReplicaId } from '../events/vocabulary.ts';
import type { ViewStore } from '../projections/view-store.ts';
import type { Admission } from './doors/admission.ts';
import type { Known } from './doors/known.ts';
import type { KeyStore } from './keyring/key-store.ts';

export type Door = { readonly close: () => Promise<void> };

export type Broker = {
  readonly log: Log;
  readonly keyStore: KeyStore;
  readonly views: ViewStore;
  /** Sends without an answer; what is lost is asked for again by whoever waits for it. */
  readonly publish: (subject: string, data: Uint8Array) => void;
  /** Asks another replica; undefined if it does not answer in time. */
  readonly ask: (subject: string, data: Uint8Array, timeoutMs: number) => Promise<Uint8Array | undefined>;
  /** Lets requests in: those for any replica, and those that others hand on to this one. */
  readonly serve: (admission: Admission, replica: ReplicaId, known: Known) => Promise<Door>;
};
