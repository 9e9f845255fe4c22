/** Whether the connection to NATS stands. The client queues what is sent while it does not, and says nothing of what it drops. */
import type { NatsConnection } from 'nats';

export type Link = {
  readonly isUp: () => boolean;
  /** It was closed, and does not come back. */
  readonly isOver: () => boolean;
  /** Calls the listener at every change, and at the end; gives back what ends that. */
  readonly onChange: (listener: (up: boolean) => void) => () => void;
};

/** Why something ended that needs the connection. */
export const LINK_LOST = 'the connection to nats was lost';

/** One watcher for the life of a connection: the client's iterators of states cannot be ended early. */
export const linkOf = (nc: NatsConnection): Link => {
  const listeners = new Set<(up: boolean) => void>();
  let up = !nc.isClosed();
  const become = (now: boolean): void => {
    up = now;
    for (const listener of [...listeners]) listener(now);
  };
  const watch = async (): Promise<void> => {
    for await (const { type } of nc.status()) {
      if (type === 'disconnect' && up) become(false);
      if (type === 'reconnect' && !up) become(true);
    }
    become(false);
  };
  void watch();
  return {
    isUp: () => up,
    isOver: () => nc.isClosed(),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

/** Waits until the connection is up or down as wanted, or until the signal. */
export const linkBecomes = (link: Link, wanted: boolean, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (link.isUp() === wanted || stop.aborted) return resolve();
    const done = (): void => {
      end();
      stop.removeEventListener('abort', done);
      resolve();
    };
    const end = link.onChange((up) => up === wanted && done());
    stop.addEventListener('abort', done);
  });
