/** A disk for nats-server that is soon full: a file system of a few MB where this machine lets us mount one, else a bound on what JetStream stores. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { ReplicasOptions, Installation } from './replicas.ts';

const MEGABYTES = 16;
const PIECE = new Uint8Array(64 * 1024);

export type SmallDisk = {
  readonly kind: 'file system' | 'bound of JetStream';
  /** What an installation on it is started with. */
  readonly options: Pick<ReplicasOptions, 'storeIn' | 'config'>;
  readonly fill: (installation: Installation) => Promise<void>;
  /** All that an operator has to do. */
  readonly makeRoom: (installation: Installation) => Promise<void>;
  readonly remove: () => void;
};

const isMounted = (directory: string): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'tmpfs', directory], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The last byte too: what is written in small pieces finds no room. */
const fillUp = async (file: string): Promise<void> => {
  for (const piece of [PIECE, PIECE.subarray(0, 1)])
    for (let isFull = false; !isFull; ) isFull = await appendFile(file, piece).then(() => false, () => true);
};

const mounted = (directory: string): SmallDisk => {
  const filler = join(directory, 'filler');
  return {
    kind: 'file system',
    options: { storeIn: directory },
    fill: () => fillUp(filler),
    makeRoom: async ({ cluster }) => {
      await rm(filler);
      await cluster.restart(0);
    },
    remove: () => {
      execFileSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const bounded = (directory: string): SmallDisk => ({
  kind: 'bound of JetStream',
  options: { config: `jetstream: { store_dir: ${JSON.stringify(directory)}, max_file_store: ${MEGABYTES}MB, sync_interval: always }\n` },
  fill: async ({ connection }) => {
    const nc = await connection();
    await (await jetstreamManager(nc)).streams.add({ name: 'FILLER', subjects: ['filler'] });
    for (const piece of [PIECE, PIECE.subarray(0, 1)])
      for (let isFull = false; !isFull; ) isFull = await jetstream(nc).publish('filler', piece, { timeout: 1_000 }).then(() => false, () => true);
  },
  makeRoom: async ({ connection }) => {
    await (await jetstreamManager(await connection())).streams.delete('FILLER');
  },
  remove: () => rmSync(directory, { recursive: true, force: true }),
});

/** @param mayMount false for the bound of JetStream also where a file system could be had */
export const smallDisk = (mayMount = true): SmallDisk => {
  const directory = mkdtempSync(join(tmpdir(), 'jetlock-disk-'));
  return mayMount && isMounted(directory) ? mounted(directory) : bounded(directory);
};
