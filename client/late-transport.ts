/** A transport over a connection that is still being made: until it stands nobody can be asked, and that is said at once. */
import * as E from 'fp-ts/lib/Either.js';
import { unavailable } from './failure.ts';
import { backOff, type Time } from './retry.ts';
import type { Listening, Transport } from './transport.ts';

type Waiting = { readonly listen: (transport: Transport) => void };

/** @param attempt tries to connect once; it is tried again for as long as it takes, undefined where it was not to be had */
export const lateTransport = (attempt: () => Promise<Transport | undefined>, time: Time): Transport => {
  const closing = new AbortController();
  const waiting = new Set<Waiting>();
  let transport: Transport | undefined;
  const isClosed = (): boolean => closing.signal.aborted;
  const connecting = (async () => {
    for (let failed = 1; !isClosed(); failed += 1) {
      await time.pause(backOff(failed), closing.signal);
      const made = isClosed() ? undefined : await attempt();
      if (made === undefined) continue;
      transport = made;
      for (const { listen } of waiting) listen(made);
      return;
    }
  })();
  const later = (listen: (transport: Transport) => Listening): Listening => {
    let listening: Listening | undefined;
    const one = { listen: (made: Transport) => void (listening = listen(made)) };
    waiting.add(one);
    return {
      close: () => {
        waiting.delete(one);
        listening?.close();
      },
    };
  };
  return {
    request: (subject, bytes, timeoutMs) => async () => transport === undefined ? E.left(unavailable('not connected to NATS', 'no')) : transport.request(subject, bytes, timeoutMs)(),
    isUnsettled: () => transport?.isUnsettled() ?? false,
    notices: (service, onNotice) => (transport === undefined ? later((made) => made.notices(service, onNotice)) : transport.notices(service, onNotice)),
    close: async () => {
      closing.abort();
      await connecting;
      await transport?.close();
    },
  };
};
