/** What the service needs of the world outside: ports, so that everything behind them runs on memory as well as on NATS. */
import type { Log } from '../events/log/log.ts';
import type { ViewStore } from '../projections/view-store.ts';
import type { Admission } from './doors/admission.ts';
import type { KeyStore } from './keyring/key-store.ts';

export type Door = { readonly close: () => Promise<void> };

export type Broker = {
  readonly log: Log;
  readonly keyStore: KeyStore;
  readonly views: ViewStore;
  /** Sends without an answer; what is lost is asked for again by whoever waits for it. */
  readonly publish: (subject: string, data: Uint8Array) => void;
  /** Lets requests in. */
  readonly serve: (admission: Admission) => Promise<Door>;
};
