/** Starts a nats-server of our own, and makes sure that it does not outlive us. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ServerConfig, serverConfig } from './config.ts';

export type LaunchOptions = ServerConfig & {
  /** The executable. */
  readonly path: string;
  /** Everything the server says is appended here; kept nowhere if not given. */
  readonly logFile?: string;
};

export type ServerExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type RunningServer = {
  /** Such as `nats://127.0.0.1:4222`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it, by SIGTERM unless another signal is named, and by SIGKILL after 10 s. Settles when the process is gone. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
  /** Settles when the process is gone, for whatever reason. */
  readonly exited: Promise<ServerExit>;
};

const READY_LIMIT_MS = 30_000;
const READY_EVERY_MS = 5;
const STOP_LIMIT_MS = 10_000;
const KEPT_OUTPUT = 4_096;

/** Kills the server when our end of the pipe closes, which the kernel sees to even if we are killed ourselves. */
const guard = (pid: number, exited: Promise<unknown>): void => {
  const script = 'trap "" INT TERM HUP; read -r _; kill -9 "$0"';
  const child = spawn('sh', ['-c', script, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Without a guard the server is still stopped wherever we are able to.
  child.on('error', () => undefined);
  child.unref();
  void exited.then(() => child.kill('SIGKILL'));
};

/** The port in the file that the server writes once it accepts clients; undefined while there is none or half of it. */
const portIn = async (folder: string): Promise<number | undefined> => {
  const name = (await readdir(folder)).find((file) => file.endsWith('.ports'));
  const text = name === undefined ? '' : await readFile(join(folder, name), 'utf8');
  const port = /"nats":\s*\[\s*"nats:\/\/[^"]*:(\d+)"/.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
};

const awaitPort = async (folder: string, exited: Promise<ServerExit>): Promise<number> => {
  const gone = new AbortController();
  void exited.then(() => gone.abort());
  for (const end = Date.now() + READY_LIMIT_MS; Date.now() < end; await delay(READY_EVERY_MS)) {
    const port = await portIn(folder);
    if (port !== undefined) return port;
    if (gone.signal.aborted) throw new Error('it ended at once');
  }
  throw new Error(`it was not ready after ${READY_LIMIT_MS / 1000} s`);
};

/** Copies what the server says to the log and keeps its last complaint, which says why it did not start. */
const listen = (child: ChildProcess, logFile: string | undefined): (() => string) => {
  let said = '';
  const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  // A full disk must not take the server down with it.
  log?.on('error', () => undefined);
  child.stderr?.on('data', (chunk: Buffer) => {
    log?.write(chunk);
    said = (said + chunk.toString()).slice(-KEPT_OUTPUT);
  });
  child.once('close', () => log?.end());
  return () => said.split('\n').findLast((line) => /\[FTL\]|^nats-server: /.test(line))?.replace(/^.*?\[FTL\] |^nats-server: /, ': ') ?? '';
};

/** After `close` everything it said has been read too. */
const exitOf = (child: ChildProcess): Promise<ServerExit> =>
  new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));

const stopper = (child: ChildProcess, exited: Promise<ServerExit>) => async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
};

/**
 * Starts a server on a store of its own and waits until it accepts clients. Rejects with an Error that says why it could not.
 * @param options.storeDir made if need be; its streams survive for the next server that is started on it
 */
export const launchServer = async (options: LaunchOptions): Promise<RunningServer> => {
  const { path, logFile, storeDir, host = '127.0.0.1' } = options;
  await mkdir(storeDir, { recursive: true, mode: 0o700 });
  const file = join(storeDir, 'nats-server.conf');
  await writeFile(file, serverConfig(options), { mode: 0o600 });
  const ports = await mkdtemp(join(storeDir, '.ports-'));
  // In a group of its own: an interrupt from the terminal reaches us alone, and we stop it when what uses it has stopped.
  const child = spawn(path, ['--config', file, '--ports_file_dir', ports], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const complaint = listen(child, logFile);
  try {
    await once(child, 'spawn');
    const { pid } = child;
    if (pid === undefined) throw new Error('it has no process');
    const exited = exitOf(child);
    const stop = stopper(child, exited);
    guard(pid, exited);
    const port = await awaitPort(ports, exited).catch(async (error: unknown) => {
      await stop('SIGKILL');
      throw error;
    });
    return { url: `nats://${host}:${port}`, port, pid, stop, exited };
  } catch (error) {
    throw new Error(`nats-server did not start: ${error instanceof Error ? error.message : ''}${complaint()}`);
  } finally {
    await rm(ports, { recursive: true, force: true });
  }
};
