/** Replicas that are processes of their own, as users run them: to be killed, or held up, by a signal. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './latch.ts';
import { orStopped } from './or-throw.ts';
import { PROGRAM } from './program.ts';
import { startInstallation, type Installation, type ReplicasOptions } from './replicas.ts';

const READY_MS = 60_000;

export type ReplicaProcess = {
  readonly dataDir: string;
  readonly pid: () => number;
  /** Of its HTTP listener, such as `http://127.0.0.1:8229`: another one after each start. */
  readonly httpUrl: () => string;
  /** Sends it a signal, such as SIGSTOP and SIGCONT; settles at once. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** As when its power fails; settles when the process is gone. */
  readonly kill9: () => Promise<void>;
  /** As somebody does who wants it to end; settles when the process is gone. */
  readonly stop: () => Promise<void>;
  /** Starts it again after it ended; settles when it answers. */
  readonly start: () => Promise<void>;
};

export type ReplicaProcesses = Installation & { readonly replicas: ReadonlyArray<ReplicaProcess> };

type Started = { readonly child: ChildProcess; readonly httpUrl: string; readonly gone: Promise<unknown> };

/** What it says first when it is ready. */
const readyLine = async (child: ChildProcess): Promise<{ readonly httpUrl: string }> => {
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return JSON.parse(line) as { httpUrl: string };
};

const run = async ([command = '', ...args]: ReadonlyArray<string>, environment: Readonly<Record<string, string>>): Promise<Started> => {
  const { PATH } = process.env;
  const child = spawn(command, args, { env: { PATH, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2_000)));
  const gone = once(child, 'close');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  void gone.then(() => process.off('exit', kill));
  const ended = gone.then(() => Promise.reject(new Error(`a replica ended: ${complaint}`)));
  ended.catch(() => undefined);
  const { httpUrl } = await until(Promise.race([readyLine(child), ended]), READY_MS, 'a replica to be ready');
  return { child, httpUrl, gone };
};

/** What is special about the processes of a test. */
export type SpecialProcess = {
  /** Beside what every replica has in its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The command that runs it, such as `ip netns exec NAME`. */
  readonly within?: ReadonlyArray<string>;
  /** Where it finds NATS, if not where everyone does. */
  readonly natsUrl?: (installation: Installation) => string;
};

const replicaProcess = async (installation: Installation, dataDir: string, { environment = {}, within = [], natsUrl }: SpecialProcess): Promise<ReplicaProcess> => {
  const keyFile = join(dataDir, 'operator.key');
  await writeFile(keyFile, installation.operatorKey, { mode: 0o600 });
  const args = ['serve', '--json', '--nats', natsUrl?.(installation) ?? installation.cluster.urls.join(','), '--data', dataDir, '--http-port', '0'];
  const start = () => run([...within, process.execPath, PROGRAM, ...args], { ...environment, HOME: dataDir, KEY_ENCRYPTION_KEY_FILE: keyFile, JETLOCK_LOG_LEVEL: 'warn' });
  let running = await start();
  const signal = (name: NodeJS.Signals): void => void running.child.kill(name);
  const end = (name: NodeJS.Signals) => async (): Promise<void> => {
    signal(name);
    await until(running.gone, READY_MS, 'the end of a replica');
  };
  installation.onStop(end('SIGKILL'));
  return {
    ...{ dataDir, signal },
    pid: () => running.child.pid!,
    httpUrl: () => running.httpUrl,
    kill9: end('SIGKILL'),
    stop: end('SIGTERM'),
    start: async () => {
      running = await start();
    },
  };
};

/** Replicas as users run them: two on a cluster of three unless said otherwise. */
export const startReplicaProcesses = async (options: ReplicasOptions & { readonly special?: (replica: number) => SpecialProcess } = {}): Promise<ReplicaProcesses> => {
  const installation = await startInstallation(options);
  const replicas = () => Promise.all(installation.dataDirs.map((dataDir, n) => replicaProcess(installation, dataDir, options.special?.(n) ?? {})));
  return orStopped(async () => ({ ...installation, replicas: await replicas() }), installation.stop);
};
