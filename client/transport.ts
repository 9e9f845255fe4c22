/** How a client reaches the service: the port. NATS is its adapter; bytes go in and come out, nothing is understood here. */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ServiceName } from '../events/vocabulary.ts';
import type { TransportFailure } from './failure.ts';

export type Listening = { readonly close: () => void };

export type Transport = {
  /**
   * One request and its one reply, of at most 512 KiB. Sent once, when there is a connection to send it on; a reply that does
   * not come in `timeoutMs` is a failure `unavailable`, at once where the connection broke meanwhile.
   */
  readonly request: (subject: string, bytes: Uint8Array, timeoutMs: number) => TaskEither<TransportFailure, Uint8Array>;
  /**
   * Whether there is no connection, or only for a moment again: those who answer have lost the same server and may come back
   * a little later, so what failed is worth asking anew.
   */
  readonly isUnsettled: () => boolean;
  /**
   * Calls `onNotice` whenever something may have changed for a service; with 0 where notices may have been lost. Anyone on the broker can cause or hold back a notice:
   * it means "ask again", and never more. Subscribed on the broker before a request that is made later reaches it.
   */
  readonly notices: (service: ServiceName, onNotice: (seq: number) => void) => Listening;
  /** Gives up what is under way. */
  readonly close: () => Promise<void>;
};
