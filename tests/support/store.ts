/** A nats-server's store, copied, put back or changed while the server is down: what a backup, or a thief, has. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Jetlock } from './jetlock.ts';

type Running = Pick<Jetlock, 'nats' | 'connected' | 'dataDir'>;

/** The server is stopped, and started again when the work is done. */
export const whileStopped = async <A>({ nats, connected }: Running, work: () => Promise<A>): Promise<A> => {
  await nats.server().stop();
  const done = await work();
  await nats.restart();
  await connected();
  return done;
};

const replaced = async (from: string, to: string): Promise<void> => {
  await rm(to, { recursive: true });
  await cp(from, to, { recursive: true });
};

/** A copy of the store as it is, in a directory of its own that goes with the service's. */
export const copyStore = (running: Running): Promise<string> =>
  whileStopped(running, async () => {
    const copy = await mkdtemp(join(running.dataDir, 'copy-'));
    await cp(join(running.nats.storeDir, 'jetstream'), join(copy, 'jetstream'), { recursive: true });
    return copy;
  });

/** Puts a copy in the place of the store. */
export const putBack = (running: Running, copy: string): Promise<void> =>
  whileStopped(running, () => replaced(join(copy, 'jetstream'), join(running.nats.storeDir, 'jetstream')));

/** Puts one stream of a copy in the place of the one of the store. */
export const putStreamBack = (running: Running, copy: string, stream: string): Promise<void> => {
  const within = join('jetstream', '$G', 'streams', stream);
  return whileStopped(running, () => replaced(join(copy, within), join(running.nats.storeDir, within)));
};
