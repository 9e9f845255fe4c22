/** A nats-server's store, copied and put back while the server is down: what a backup, or a thief, has. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Jetlock } from './jetlock.ts';

type Running = Pick<Jetlock, 'nats' | 'connected'>;

/** A copy of the store as it is, in a directory of its own. The server is stopped and started again. */
export const copyStore = async ({ nats, connected }: Running): Promise<string> => {
  const copy = await mkdtemp(join(tmpdir(), 'jetlock-copy-'));
  await nats.server().stop();
  await cp(join(nats.storeDir, 'jetstream'), join(copy, 'jetstream'), { recursive: true });
  await nats.restart();
  await connected();
  return copy;
};

/** Puts a copy in the place of the store. The server is stopped and started again. */
export const putBack = async ({ nats, connected }: Running, copy: string): Promise<void> => {
  await nats.server().stop();
  await rm(join(nats.storeDir, 'jetstream'), { recursive: true });
  await cp(join(copy, 'jetstream'), join(nats.storeDir, 'jetstream'), { recursive: true });
  await nats.restart();
  await connected();
};
