/** Somebody who may publish and delete anything on NATS, but has no key: nothing that they do there grants, changes or stops anything. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { headers, type MsgHdrs, type NatsConnection } from 'nats';
import { newTokenIdentity } from '../client/credential.ts';
import { fromUtf8, toBase64, utf8 } from '../crypto/bytes.ts';
import { randomBytes, randomId } from '../crypto/random.ts';
import { newSigningKey } from '../crypto/sign.ts';
import { AdminName, sure } from '../events/vocabulary.ts';
import { subjectsUnder } from '../events/subjects.ts';
import { natsBroker } from '../services/nats/broker.ts';
import { provision } from '../services/nats/provision.ts';
import { startService } from '../services/service.ts';
import { orThrow, startJetlock, subjects } from './support/jetlock.ts';
import { until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from './support/steps.ts';

const MAC = 'Jetlock-Mac';
const LIMIT_MS = 30_000;
const logged: Array<{ readonly level: string; readonly message: string; readonly sequence?: number; readonly why?: string; readonly code?: string }> = [];
const jetlock = await startJetlock({ logLevel: 'info', logTo: { write: (line) => void logged.push(JSON.parse(line) as (typeof logged)[number]) } });
const steps = stepsOf(jetlock);
const nc: NatsConnection = await jetlock.connection();
const streams: JetStreamManager['streams'] = (await jetstreamManager(nc)).streams;
const client = await steps.approved('target-api', newTokenIdentity(serviceOf('target-api')));
test.after.always(() => jetlock.stop());
test.afterEach(async (t) => {
  t.true(jetlock.service().health().ready);
  t.true((await steps.verify()).identical);
});

type Stored = { readonly subject: string; readonly seq: number; readonly data: Uint8Array; readonly mac: string };

const stored = async (query: { readonly seq: number } | { readonly last_by_subj: string }): Promise<Stored> => {
  const found = await streams.getMessage(subjects.stream, query);
  if (found === null) throw new Error('no such message');
  return { subject: found.subject, seq: found.seq, data: found.data, mac: found.header.get(MAC) };
};

const withMac = (mac: string | undefined): MsgHdrs | undefined => {
  if (mac === undefined) return undefined;
  const made = headers();
  made.set(MAC, mac);
  return made;
};

/** Stores it, whatever it is. */
const publish = async (subject: string, data: Uint8Array, mac?: string): Promise<number> => {
  const made = withMac(mac);
  return (await jetstream(nc).publish(subject, data, made === undefined ? {} : { headers: made })).seq;
};

const access = (path: string) => subjects.state.access(serviceOf('target-api'), pathOf(path));

test.serial('what somebody forged is a warning in the log of the service, a command that was refused is none', async (t) => {
  const lineAbout = (sequence: number) => eventually(() => logged.find((line) => line.sequence === sequence && line.message !== 'access'), LIMIT_MS, `a line about ${sequence}`);
  const refused = await jetlock.admin.command({ operation: 'secret.disable', path: pathOf('prod/nothing/KEY') })();
  t.like(refused, { left: { refusal: { code: 'not_found' } } });
  const { seq } = await stored({ last_by_subj: subjects.state.secret(pathOf('prod/nothing/KEY')) });
  t.like(await lineAbout(seq), { level: 'info', code: 'not_found', message: 'a record of the log is void' });
  const forged = await publish(subjects.state.secret(pathOf('prod/nothing/KEY')), utf8('{}'));
  t.like(await lineAbout(forged), { level: 'warn', why: 'key', message: 'a message of the log is none of ours' });
  t.deepEqual(logged.filter(({ level, sequence: at }) => level === 'warn' && at !== undefined).map(({ sequence }) => sequence), [forged]);
});

test.serial('a forged grant has no effect, whatever MAC it bears', async (t) => {
  const [open, closed] = ['prod/forged/OPEN', 'prod/forged/SHUT'];
  for (const path of [open, closed]) await steps.write(path, 'v');
  await steps.grant('target-api', open);
  const genuine = await stored({ last_by_subj: access(open) });
  t.is((await client.get(open)).text(), 'v');
  const [key = ''] = genuine.mac.split('.');
  t.is(await codeOf(client.get(closed)), 'refused');
  const asked = await eventually(() => stored({ last_by_subj: access(closed) }).catch(() => undefined), LIMIT_MS, 'the access request');
  // Right in everything that can be had without a key: only the MAC is wrong.
  const forge = (prev: number): string =>
    fromUtf8(genuine.data)
      .replaceAll(open, closed)
      .replace(/"prev":\d+/, `"prev":${prev}`)
      .replace(/"id":"[^"]+"/, `"id":"${randomId()}"`)
      .replace(/\\"id\\":\\"[^"]+\\"/, `\\"id\\":\\"${randomId()}\\"`)
      .replace(/\\"seen\\":\d+/, `\\"seen\\":${asked.seq}`);
  const macs = [undefined, '', genuine.mac, `${key}.${toBase64(randomBytes(32))}`, `${randomId()}.${toBase64(randomBytes(32))}`, '*.x', '.', key];
  for (const mac of macs) {
    await publish(access(closed), utf8(forge((await stored({ last_by_subj: access(closed) })).seq)), mac);
    t.is(await codeOf(client.get(closed)), 'refused', String(mac));
  }
  t.is((await client.get(open)).text(), 'v');
  await steps.grant('target-api', closed);
  t.is((await client.get(closed)).text(), 'v');
});

test.serial('a genuine grant that is published again after a revoke, byte for byte, opens nothing', async (t) => {
  const path = 'prod/again/KEY';
  await steps.write(path, 'v');
  await steps.grant('target-api', path);
  const genuine = await stored({ last_by_subj: access(path) });
  await steps.revoke('target-api', path);
  for (const subject of [genuine.subject, access('prod/again/OTHER')]) await publish(subject, genuine.data, genuine.mac);
  t.is((await stored({ last_by_subj: access(path) })).mac, genuine.mac);
  t.is(await codeOf(client.get(path)), 'refused');
  // The card that this makes comes after the answer, and is a change: nobody decides upon what was there before.
  await eventually(async () => orThrow(await jetlock.admin.list('inbox.list', {})()).items.find((card) => card.kind === 'access' && card.target === pathOf(path)), LIMIT_MS, 'a card');
  await steps.grant('target-api', path);
  t.is((await client.get(path)).text(), 'v');
});

test.serial('nobody makes themselves an admin, or approves themselves', async (t) => {
  const path = 'prod/self/KEY';
  await steps.write(path, 'v');
  const own = await jetlock.clientOf('self-api');
  await own.register();
  const approval = await stored({ last_by_subj: subjects.state.service(serviceOf('target-api')) });
  const forged = fromUtf8(approval.data).replaceAll('target-api', 'self-api').replaceAll(client.fingerprint, own.fingerprint);
  await publish(subjects.state.service(serviceOf('self-api')), utf8(forged), approval.mac);
  t.is(await codeOf(own.get(path)), 'credential_pending');
  const first = await stored({ last_by_subj: subjects.state.keyring });
  await publish(subjects.state.admin(sure(AdminName, 'mallory')), first.data, first.mac);
  const { items } = orThrow(await jetlock.admin.list('admin.list', {})());
  t.deepEqual(items.map(({ admin }) => String(admin)), ['alice']);
  await own.close();
});

/** Everything that somebody without a key may put on a subject. */
const GARBAGE: ReadonlyArray<readonly [data: Uint8Array, mac?: string]> = [
  [new Uint8Array()],
  [utf8('{}')],
  [utf8('null'), '*.>'],
  [utf8('['.repeat(10_000)), '..'],
  [randomBytes(100), 'not a name.not a mac'],
  [new Uint8Array(900_000), `${randomId()}.${toBase64(randomBytes(32))}`],
];

const subjectsOfLog = async (): Promise<ReadonlyArray<string>> =>
  Object.keys((await streams.info(subjects.stream, { subjects_filter: '>' })).state.subjects ?? {});

test.serial('garbage on every subject of the log, and on others, stops neither readers nor writers', async (t) => {
  const path = 'prod/garbage/KEY';
  await steps.write(path, 'one');
  await steps.grant('target-api', path);
  const odd = ['secrets.events.state.x', 'secrets.events.state.access.a.b.=', 'secrets.events.odd', 'secrets.events.read.nobody'];
  const known = await subjectsOfLog();
  t.true(known.some((subject) => subject.startsWith('secrets.events.read.')));
  for (const subject of [...known, ...odd]) for (const [data, mac] of subject.length % 2 === 0 ? GARBAGE : GARBAGE.slice(0, 4)) await publish(subject, data, mac);
  t.is((await client.get(path)).text(), 'one');
  await steps.write(path, 'two');
  t.is((await client.get(path)).text(), 'two');
  await steps.revoke('target-api', path);
  t.is(await codeOf(client.get(path)), 'refused');
});

test.serial('forged messages between honest ones make nobody lose, and nobody wait', async (t) => {
  const path = 'prod/between/KEY';
  await steps.write(path, 'v');
  await steps.grant('target-api', path);
  const reads = (await subjectsOfLog()).filter((subject) => subject.startsWith('secrets.events.read.')).at(-1) ?? '';
  let over = false;
  const intrude = async (subject: string): Promise<void> => {
    while (!over) await publish(subject, utf8('{}'));
  };
  const intruding = [subjects.state.secret(pathOf(path)), reads].map(intrude);
  const honest = Promise.all([
    Promise.all(Array.from({ length: 8 }, (_, n) => steps.write(path, `value ${n}`))),
    Promise.all(Array.from({ length: 8 }, () => client.get(path))),
  ]);
  const [written] = await until(honest, LIMIT_MS, 'the honest ones').finally(() => (over = true));
  await Promise.all(intruding);
  t.deepEqual(written.map(({ version }) => Number(version)).sort((a, b) => a - b), [2, 3, 4, 5, 6, 7, 8, 9]);
});

const BUCKETS = ['catalog', 'services', 'access', 'inbox', 'usage', 'rollout', 'checkpoints'] as const;

/** Every other entry is deleted, the rest overwritten. */
const ruin = async (): Promise<number> => {
  let ruined = 0;
  for (const bucket of BUCKETS) {
    const kv = await new Kvm(nc).open(subjects.bucket(bucket));
    const keys: string[] = [];
    for await (const key of await kv.keys()) keys.push(key);
    for (const key of keys) {
      if (ruined % 2 === 0) await kv.delete(key);
      else await kv.put(key, '{"forged":true}');
      ruined += 1;
    }
    await kv.put('forged', '{"path":"prod/forged/ENTRY"}');
  }
  return ruined;
};

test.serial('ruined read models change no decision, and a rebuild mends them', async (t) => {
  const [open, closed] = ['prod/ruin/OPEN', 'prod/ruin/SHUT'];
  for (const path of [open, closed]) await steps.write(path, 'v');
  await steps.grant('target-api', open);
  t.is(await codeOf(client.get(closed)), 'refused');
  t.true((await steps.verify()).identical);
  t.true((await ruin()) > 10);
  t.is((await client.get(open)).text(), 'v');
  t.is(await codeOf(client.get(closed)), 'refused');
  await steps.rebuild();
  const { identical, differing } = await steps.verify();
  t.true(identical, differing.join(', '));
  await steps.grant('target-api', closed);
  t.is((await client.get(closed)).text(), 'v');
});

test.serial('after a restart everything is as it was', async (t) => {
  const seen = async () => ({
    secrets: orThrow(await jetlock.admin.list('secret.list', {})()),
    access: orThrow(await jetlock.admin.list('access.list', {})()),
    services: orThrow(await jetlock.admin.list('service.list', {})()),
    admins: orThrow(await jetlock.admin.list('admin.list', {})()),
  });
  const before = await seen();
  orThrow(await jetlock.restart());
  t.deepEqual(await seen(), before);
  t.is((await client.get('prod/ruin/OPEN')).text(), 'v');
  t.is(await codeOf(client.get('prod/garbage/KEY')), 'refused');
});

test.serial('what was written before there was a keyring stops no first start', async (t) => {
  const others = subjectsUnder('others');
  orThrow(await provision(nc, others, { replicas: 1 })());
  const first = await stored({ seq: 1 });
  for (const mac of ['*.x', 'a b.x', '>.', `${randomId()}.x`, first.mac]) await publish(others.state.keyring, first.data, mac);
  const key = newSigningKey();
  const started = startService({
    broker: orThrow(await natsBroker(nc, others)),
    subjects: others,
    dataDir: await mkdtemp(join(jetlock.dataDir, 'others-')),
    operatorKey: { current: undefined, previous: undefined },
    firstAdmin: { admin: sure(AdminName, 'owen'), publicKey: key.publicKey },
    acceptHistory: undefined,
    http: { host: '127.0.0.1', port: 0 },
    logLevel: 'silent',
  });
  const service = orThrow(await until(started, LIMIT_MS, 'the first start'));
  t.true(service.health().ready);
  await service.stop();
});
