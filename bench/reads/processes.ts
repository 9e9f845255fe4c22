/** The processes of the benchmark of reads, each as it would be in production: they share nothing but the machine. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Installation } from '../../tests/support/replicas.ts';
import type { Order } from './child.ts';
import type { Measured } from './loop.ts';

/** Beside each other in what `npm run build` makes, in whichever folder of it this stands. */
const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));

const endsWithUs = (installation: Installation, child: ChildProcess): void => {
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = once(child, 'exit');
  installation.onStop(async () => {
    // In peace, so that node writes the profile that it may have been asked for.
    child.kill('SIGTERM');
    await gone;
    process.off('exit', kill);
  });
};

// Each of the processes is ended with this one.
process.setMaxListeners(32);

/** Rejects when it is over. */
const endOf = (child: ChildProcess): Promise<never> => {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('a process of the benchmark ended')));
  ended.catch(() => undefined);
  return ended;
};

type Replica = { readonly child: ChildProcess; readonly httpUrl: string };

/**
 * `jetlock serve` with its usual settings; resolves with its process, and where it listens, when it answers.
 * @param flags for node, such as `--cpu-prof`
 */
export const startReplicaAt = async (installation: Installation, dataDir: string, flags: ReadonlyArray<string> = []): Promise<Replica> => {
  const keyFile = join(dataDir, 'operator.key');
  await writeFile(keyFile, installation.operatorKey, { mode: 0o600 });
  const args = ['serve', '--json', '--nats', installation.cluster.urls.join(','), '--data', dataDir, '--http-port', '0'];
  // Its access log is written, and read by nobody.
  const child = spawn(process.execPath, [...flags, MAIN, ...args], { env: { HOME: dataDir, KEY_ENCRYPTION_KEY_FILE: keyFile }, stdio: ['ignore', 'pipe', 'ignore'] });
  endsWithUs(installation, child);
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), endOf(child)])) as [string];
  return { child, ...(JSON.parse(line) as Pick<Replica, 'httpUrl'>) };
};

export const startReplica = async (installation: Installation, dataDir: string, flags: ReadonlyArray<string> = []): Promise<ChildProcess> =>
  (await startReplicaAt(installation, dataDir, flags)).child;

export type Told<O, R> = { readonly tell: (order: O) => Promise<R> };
type Answer<R> = { readonly measured: R } | { readonly error: string };

/** Another program of `npm run build`'s bundle of benchmarks, which is told what to do one thing at a time. */
export const startProgram = <O extends object, R>(installation: Installation, name: string, flags: ReadonlyArray<string> = []): Told<O, R> => {
  const child = fork(fileURLToPath(new URL(`../bench/${name}.js`, import.meta.url)), { execArgv: [...flags], env: {} });
  const ended = endOf(child);
  endsWithUs(installation, child);
  const tell = async (order: O): Promise<R> => {
    child.send(order);
    const [done] = (await Promise.race([once(child, 'message'), ended])) as [Answer<R>];
    if ('error' in done) throw new Error(done.error);
    return done.measured;
  };
  return { tell };
};

export type Child = Told<Order, Measured | null>;

export const startChild = (installation: Installation, flags: ReadonlyArray<string> = []): Child => startProgram(installation, 'reads/child', flags);
