/** A real nats-server for a test, on a store that is thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toUnion } from 'fp-ts/lib/Either.js';
import { findServer, type FoundServer } from '../../services/nats/server/find.ts';
import { launchServer, type RunningServer } from '../../services/nats/server/launch.ts';
import { freePorts } from './free-ports.ts';

let finding: Promise<FoundServer> | undefined;

const find = async (): Promise<FoundServer> => {
  const found = toUnion(await findServer({ say: (line) => void process.stderr.write(`${line}\n`) })());
  if ('_tag' in found) throw new Error(found.why);
  return found;
};

/** The nats-server of this machine, looked for once in each process. */
export const natsServer = (): Promise<FoundServer> => (finding ??= find());

export type StartOptions = {
  /** One that is free, unless given. */
  readonly port?: number;
  /** Whether every message is on the disk before it is acknowledged. */
  readonly syncAlways?: boolean;
  /** More of nats-server's configuration. */
  readonly config?: string;
  /** Where its store is made, in place of the folder for temporary files. */
  readonly storeIn?: string;
};

export type TestNats = {
  /** Stays the same over restarts. */
  readonly url: string;
  readonly port: number;
  readonly storeDir: string;
  /** The running process: another one after a restart. */
  readonly server: () => RunningServer;
  /** As when the power fails; settles when the process is gone. */
  readonly kill9: () => Promise<void>;
  /** Starts it again on the same port and store, after stopping it if it still runs. */
  readonly restart: () => Promise<void>;
  /** Stops it and removes its store. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts a server for one test, which stops it by itself; or for a file, without `t`:
 * `const nats = await startNats(); test.after.always(() => nats.stop());`
 */
export const startNats = async (
  t?: { readonly teardown: (end: () => Promise<void>) => void },
  options: StartOptions = {},
): Promise<TestNats> => {
  const { path } = await natsServer();
  const storeDir = await mkdtemp(join(options.storeIn ?? tmpdir(), 'jetlock-nats-'));
  // Not one that the system gives to others while this server is down.
  const port = options.port ?? (await freePorts(1))[0]!;
  const launch = (): Promise<RunningServer> => launchServer({ ...options, path, storeDir, port });
  let server = await launch();
  const { url } = server;
  const restart = async (): Promise<void> => {
    await server.stop();
    server = await launch();
  };
  const stop = async (): Promise<void> => {
    await server.stop('SIGKILL');
    await rm(storeDir, { recursive: true, force: true });
  };
  t?.teardown(stop);
  return { url, port, storeDir, server: () => server, kill9: () => server.stop('SIGKILL'), restart, stop };
};
