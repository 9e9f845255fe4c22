/** What floods run against: a nats-server, and the service in a process of its own, so that its memory is its own. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import { adminClient, type AdminClient } from '../client/admin.ts';
import { clientOf, type Client } from '../client/client.ts';
import { newTokenIdentity, readAdminIdentity, type AdminIdentity } from '../client/credential.ts';
import { serviceKeys } from '../client/keys.ts';
import { connectNats } from '../client/nats/connect.ts';
import { natsTransport } from '../client/nats/transport.ts';
import { utf8 } from '../crypto/bytes.ts';
import { subjectsUnder } from '../events/subjects.ts';
import { ClientInfo, ServiceName, sure, SecretPath, Target } from '../events/vocabulary.ts';
import type { ServiceKeys } from '../protocol/wire.ts';
import { findServer } from '../services/nats/server/find.ts';
import { launchServer } from '../services/nats/server/launch.ts';
import { startChild } from './child.ts';
import type { FloodKind, FloodOrder, Heard } from './flooder.ts';

const subjects = subjectsUnder('secrets');
const info = sure(ClientInfo, { name: 'bench', version: '1.0.0' });
export const HONEST_PATH = 'prod/honest/KEY';

const orThrow = <E, A>(result: Either<E, A>): A => {
  if (isLeft(result)) throw new Error(`not expected: ${JSON.stringify(result.left)}`);
  return result.right;
};

export type Load = { readonly rssBytes: number; readonly cpuSeconds: number; readonly messages: number; readonly bytes: number };

/** Long after this it would still not have ended. */
const END_MS_MAX = 60_000;

export type Flood = { readonly end: () => Promise<number> };

export type FloodRig = {
  readonly honest: Client;
  /** Memory of the service's process, and the size of the stream. */
  readonly load: () => Promise<Load>;
  /** Resolves when the first requests of it are on their way. */
  readonly flood: (kind: FloodKind, heard?: Heard) => Promise<Flood>;
  readonly stop: () => Promise<void>;
};

/** A program that says a line when it has begun, and perhaps one at its end. */
const begun = async (child: ReturnType<typeof startChild>) => {
  const lines = createInterface({ input: child.stdout });
  const closed = once(lines, 'close');
  let last = '';
  lines.on('line', (line) => (last = line));
  await Promise.race([once(lines, 'line'), closed.then(() => Promise.reject(new Error('it ended at once')))]);
  const first = last;
  const end = async (): Promise<string> => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    await closed;
    clearTimeout(timer);
    if (child.killed) throw new Error('it did not end');
    return last;
  };
  return { first, end };
};

/** A transport of its own for each client, as for programs on machines of their own. */
const partsTo = async (url: string, { servicePublicKey }: AdminIdentity) => {
  const transport = natsTransport(orThrow(await connectNats({ servers: url })()), subjects);
  return { transport, subjects, keys: serviceKeys({ transport, subjects, trust: { signer: servicePublicKey } }), client: info };
};

const newService = async (url: string, identity: AdminIdentity, admin: AdminClient, name: string) => {
  const service = sure(ServiceName, name);
  const credential = newTokenIdentity(service);
  const client = clientOf({ ...(await partsTo(url, identity)), identity: credential });
  await client.register();
  const { items } = orThrow(await admin.query('service.list', { service })());
  const found = items[0]?.credentials.find(({ fingerprint }) => fingerprint === client.fingerprint);
  if (found === undefined) throw new Error(`${name} is not registered`);
  orThrow(await admin.command({ operation: 'service.approve', service, fingerprint: found.fingerprint, seen: found.seq })());
  return { service, client, token: credential.kind === 'token' ? credential.token.reveal() : '' };
};

const metric = (text: string, name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);

export const startFloodRig = async ({ syncAlways }: { readonly syncAlways: boolean }): Promise<FloodRig> => {
  const directory = await mkdtemp(join(tmpdir(), 'jetlock-flood-'));
  const { path } = orThrow(await findServer({ say: () => undefined })());
  const nats = await launchServer({ path, storeDir: join(directory, 'store'), port: 0, syncAlways });
  await once(startChild('command-line', ['init', '--json', '--nats', nats.url], directory).stdout.resume(), 'close');
  const serving = await begun(startChild('command-line', ['serve', '--json', '--nats', nats.url, '--http-port', '0'], directory));
  const { httpUrl } = JSON.parse(serving.first) as { readonly httpUrl: string };
  const identity = orThrow(readAdminIdentity(join(directory, '.jetlock', 'admin.json')));
  const parts = await partsTo(nats.url, identity);
  const admin = adminClient({ ...parts, identity });
  orThrow(await admin.writeSecret(sure(SecretPath, HONEST_PATH), utf8('a value of the usual size'))());
  const honest = await newService(nats.url, identity, admin, 'honest-api');
  const target = sure(Target, HONEST_PATH);
  orThrow(await admin.command({ operation: 'access.grant', service: honest.service, target, seen: 0 as never, reason: null, duration: null, once: false, offline: null })());
  const flooding = await newService(nats.url, identity, admin, 'flooding-api');
  const nc = orThrow(await connectNats({ servers: nats.url })());
  const keys: ServiceKeys = orThrow(await parts.keys.current());
  return {
    honest: honest.client,
    load: async () => {
      const metrics = await (await fetch(`${httpUrl}/metrics`)).text();
      const { state } = (await nc.request(`$JS.API.STREAM.INFO.${subjects.stream}`)).json<{ readonly state: { readonly messages: number; readonly bytes: number } }>();
      return { rssBytes: metric(metrics, 'process_resident_memory_bytes'), cpuSeconds: metric(metrics, 'process_cpu_seconds_total'), messages: state.messages, bytes: state.bytes };
    },
    flood: async (kind, heard = 'service') => {
      const order: FloodOrder = { kind, heard, url: nats.url, keys, service: flooding.service, token: kind === 'paths' ? flooding.token : '' };
      const child = startChild('flooder', [], directory);
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const { end } = await begun(child);
      return { end: async () => Number(await end()) };
    },
    stop: async () => {
      await Promise.all([honest.client.close(), flooding.client.close(), parts.transport.close(), nc.close()]);
      await serving.end();
      await nats.stop('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
};
