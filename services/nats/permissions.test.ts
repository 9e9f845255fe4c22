/** On a real nats-server: each user can do what it must, and is denied what it must not. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kvm } from '@nats-io/kv';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { NatsConnection } from 'nats';
import { connectNats } from '../../client/nats/connect.ts';
import { jetstreamLog, jetstreamReader } from '../../events/log/jetstream.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { ReplicaId, ServiceName, sure } from '../../events/vocabulary.ts';
import { latch } from '../../tests/support/latch.ts';
import { startNats } from '../../tests/support/nats.ts';
import { orThrow } from '../../tests/support/or-throw.ts';
import { identitiesIn } from './identities.ts';
import { inboxPrefixOf, natsConfig, permissionsOf } from './permissions.ts';
import type { NatsUser } from './permissions.ts';
import { checkStream, provision } from './provision.ts';
import { putSnapshot, takeSnapshot } from './snapshot.ts';
import { BUCKETS } from './stream-config.ts';

const subjects = subjectsUnder('secrets');
const identities = orThrow(identitiesIn(join(mkdtempSync(join(tmpdir(), 'jetlock-users-')), 'nats'), ['service', 'provisioner', 'admin', 'auditor', 'client', 'shop', 'billing']));
type Name = keyof typeof identities;

const userOf = (name: Name): NatsUser => {
  const nkey = identities[name].publicKey;
  return name === 'shop' || name === 'billing' ? { role: 'requester', name: sure(ServiceName, name), nkey } : { role: name, nkey };
};

const users = (Object.keys(identities) as Name[]).map(userOf);
const nats = await startNats(undefined, { config: natsConfig({ subjects, users }) });
test.after.always(() => nats.stop());

const connected = async (name: Name): Promise<NatsConnection> =>
  orThrow(await connectNats({ servers: nats.url, nkey: identities[name].seedFile, inboxPrefix: inboxPrefixOf(userOf(name)) })());

const as = async (t: ExecutionContext, name: Name): Promise<NatsConnection> => {
  const nc = await connected(name);
  t.teardown(() => nc.close());
  return nc;
};

test.before(async () => {
  const nc = await connected('provisioner');
  orThrow(await provision(nc, subjects, { replicas: 1 })());
  await nc.close();
});

/** What the server refused of what was done; its refusals come before its answer to the flush. */
const deniedOf = async (nc: NatsConnection, act: () => void): Promise<ReadonlyArray<string>> => {
  const denied: string[] = [];
  const states = nc.status();
  void (async () => {
    for await (const state of states) if (state.type === 'error') denied.push(state.error.name);
  })();
  act();
  await nc.flush();
  await new Promise(setImmediate);
  return denied;
};

const publishes = (nc: NatsConnection, subject: string): Promise<ReadonlyArray<string>> => deniedOf(nc, () => nc.publish(subject, '{}'));

const subscribes = (nc: NatsConnection, subject: string, queue?: string): Promise<ReadonlyArray<string>> =>
  deniedOf(nc, () => void nc.subscribe(subject, { callback: () => undefined, ...(queue === undefined ? {} : { queue }) }));

const DENIED = ['PermissionViolationError'];

test('the service appends, follows, reads and keeps its buckets', async (t) => {
  const nc = await as(t, 'service');
  orThrow(await checkStream(nc, subjects)());
  const log = jetstreamLog(nc, { stream: subjects.stream });
  const got = latch<number>(30_000, 'its own message');
  const filters = [subjects.anyState, 'secrets.events.read.r1'];
  const { close } = await log.follow({ filters, from: 1, onMessage: ({ subject, seq }) => (subject === filters[1] ? got.open(seq) : undefined), onLost: (why) => t.log(why) });
  const seq = orThrow(await log.append({ subject: 'secrets.events.read.r1', prev: 0, data: new Uint8Array(1), mac: 'm' })());
  t.is(await got.opened(), seq);
  orThrow(await log.at(seq)());
  orThrow(await log.info()());
  await close();
  for (const bucket of BUCKETS) {
    const kv = await new Kvm(nc).open(subjects.bucket(bucket));
    await kv.put('a', 'x');
    t.is((await kv.get('a'))?.string(), 'x');
    const watched = await kv.watch();
    for await (const entry of watched) {
      t.is(entry.key, 'a');
      break;
    }
    await kv.purge('a');
  }
});

test('nobody but the service, in the queue group, hears what is asked by those who are known; who asks has to be told where', async (t) => {
  const subject = subjects.known('k'.repeat(43) as never);
  for (const name of Object.keys(identities) as Name[]) {
    const nc = await as(t, name);
    for (const wanted of [subject, 'secrets.known.*', 'secrets.known.>']) t.deepEqual(await subscribes(nc, wanted), DENIED, `${name} ${wanted}`);
    const mayAsk = name === 'shop' || name === 'billing' || name === 'client';
    t.deepEqual(await publishes(nc, subject), mayAsk ? [] : DENIED, name);
  }
  t.deepEqual(await subscribes(await as(t, 'service'), subject, 'jetlock'), []);
});

test('the service answers each request once, as a member of the queue group only', async (t) => {
  const [service, shop] = [await as(t, 'service'), await as(t, 'shop')];
  for (const subject of [subjects.keys, subjects.register, subjects.get, `${subjects.get}.*`, subjects.watch, `${subjects.watch}.*`, 'secrets.known.*', subjects.admin('>')]) {
    t.deepEqual(await subscribes(service, subject, 'other'), DENIED, subject);
    t.deepEqual(await subscribes(service, subject), DENIED, subject);
  }
  service.subscribe(`${subjects.get}.*`, { queue: 'jetlock', callback: (_, message) => void message.respond('yes') });
  await service.flush();
  t.is((await shop.request(`${subjects.get}.shop`, 'please', { timeout: 10_000 })).string(), 'yes');
  t.deepEqual(await publishes(service, subjects.notify(sure(ServiceName, 'shop'))), []);
  const own = subjects.replica(sure(ReplicaId, 'r-1'), 'projections.verify');
  t.deepEqual([...(await publishes(service, own)), ...(await subscribes(service, own))], []);
});

const cannot: Readonly<Record<Name, { readonly publish: ReadonlyArray<string>; readonly subscribe: ReadonlyArray<string> }>> = {
  service: {
    publish: [
      ...['DELETE', 'PURGE', 'UPDATE', 'CREATE', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'].map((verb) => `$JS.API.STREAM.${verb}.SECRETS`),
      '$JS.API.STREAM.DELETE.KV_secrets_keys',
      '$JS.API.STREAM.PURGE.KV_secrets_keys',
      '$JS.API.DIRECT.GET.SECRETS',
      '$KV.other.a',
      '_INBOX_shop.x',
      'secrets.get.shop',
    ],
    subscribe: ['_INBOX.>', '_INBOX_shop.>', 'secrets.events.>', 'secrets.notify.*', '>'],
  },
  provisioner: {
    publish: ['$KV.other.a', '$JS.API.STREAM.DELETE.SECRETS', '$JS.API.STREAM.MSG.DELETE.SECRETS', '$JS.API.STREAM.CREATE.OTHER', '$JS.API.CONSUMER.CREATE.OTHER', 'secrets.admin.inbox'],
    subscribe: ['_INBOX.>', 'secrets.events.>', 'secrets.get'],
  },
  admin: {
    publish: ['secrets.get', 'secrets.register', 'secrets.events.state.keyring', '$JS.API.STREAM.INFO.SECRETS', '$JS.API.STREAM.MSG.GET.SECRETS', '$KV.secrets_inbox.a'],
    subscribe: ['secrets.admin.>', 'secrets.notify.*', 'secrets.events.>', '_INBOX_shop.>', '_INBOX_JETLOCK.>'],
  },
  auditor: {
    publish: ['secrets.events.state.keyring', '$JS.API.CONSUMER.CREATE.SECRETS', '$JS.API.CONSUMER.CREATE.SECRETS.x', '$JS.API.STREAM.MSG.GET.KV_secrets_keys', '$JS.API.STREAM.DELETE.SECRETS', 'secrets.get', 'secrets.admin.inbox'],
    subscribe: ['secrets.events.>', '_INBOX.>', 'secrets.get', '$KV.>'],
  },
  client: {
    publish: ['secrets.events.state.keyring', '$JS.API.STREAM.MSG.GET.SECRETS', '$JS.API.CONSUMER.CREATE.SECRETS', '$KV.secrets_keys.a', 'secrets.notify.shop'],
    subscribe: ['secrets.get', 'secrets.get.*', 'secrets.admin.>', 'secrets.events.>', '_INBOX_JETLOCK.>', '$KV.>', '>'],
  },
  shop: {
    publish: ['secrets.get.billing', 'secrets.watch.billing', 'secrets.register.billing', 'secrets.admin.inbox', 'secrets.events.read.r1', 'secrets.notify.shop', '$JS.API.STREAM.MSG.GET.SECRETS', '_INBOX_billing.x'],
    subscribe: ['_INBOX_billing.>', '_INBOX.>', 'secrets.notify.billing', 'secrets.notify.*', 'secrets.get.shop', 'secrets.events.>'],
  },
  billing: { publish: ['secrets.get.shop', 'secrets.watch.shop'], subscribe: ['_INBOX_shop.>', 'secrets.notify.shop'] },
};

for (const [name, { publish, subscribe }] of Object.entries(cannot) as [Name, (typeof cannot)[Name]][])
  test(`${name} is denied what it must not do`, async (t) => {
    const nc = await as(t, name);
    for (const subject of publish) t.deepEqual(await publishes(nc, subject), DENIED, `publish ${subject}`);
    for (const subject of subscribe) t.deepEqual(await subscribes(nc, subject), DENIED, `subscribe ${subject}`);
  });

for (const user of users.filter(({ role }) => role !== 'provisioner' && role !== 'service'))
  test(`${user.role === 'requester' ? user.name : user.role} can do what it must`, async (t) => {
    const nc = await as(t, user.role === 'requester' ? (user.name as Name) : user.role);
    const { publish, subscribe } = permissionsOf(subjects, user);
    for (const subject of publish) t.deepEqual(await publishes(nc, subject.replace('*', 'any').replace('>', 'any.thing')), [], `publish ${subject}`);
    for (const subject of subscribe) t.deepEqual(await subscribes(nc, subject), [], `subscribe ${subject}`);
  });

test('an auditor reads the log with these rights alone', async (t) => {
  const service = await as(t, 'service');
  const subject = 'secrets.events.state.audited';
  const seq = orThrow(await jetstreamLog(service, { stream: subjects.stream }).append({ subject, prev: 0, data: new Uint8Array(1), mac: 'm' })());
  const reader = jetstreamReader(await as(t, 'auditor'), { stream: subjects.stream });
  t.like(orThrow(await reader.at(seq)()), { value: { subject, mac: 'm' } });
  t.like(orThrow(await reader.next(1, subject)()), { value: { seq } });
  t.is(orThrow(await reader.last(subject)()), seq);
  t.true(orThrow(await reader.info()()).messages > 0);
});

test('the provisioner takes snapshots and restores them with these rights alone, and nobody else can', async (t) => {
  const nc = await as(t, 'provisioner');
  const empty = await startNats(t, { config: natsConfig({ subjects, users }) });
  const to = orThrow(await connectNats({ servers: empty.url, nkey: identities.provisioner.seedFile, inboxPrefix: '_INBOX_PROVISIONER' })());
  t.teardown(() => to.close());
  for (const stream of [subjects.stream, 'KV_secrets_keys']) {
    const snapshot = orThrow(await takeSnapshot(nc, stream));
    orThrow(await putSnapshot(to, stream, snapshot));
    for (const name of ['service', 'auditor', 'client', 'admin', 'shop'] as const)
      for (const verb of ['SNAPSHOT', 'RESTORE']) t.deepEqual(await publishes(await as(t, name), `$JS.API.STREAM.${verb}.${stream}`), DENIED, `${name} ${verb}`);
  }
  for (const subject of ['$JS.API.STREAM.SNAPSHOT.OTHER', '$JS.API.STREAM.RESTORE.OTHER', '$JS.SNAPSHOT.RESTORE.OTHER.x']) t.deepEqual(await publishes(nc, subject), DENIED, subject);
});

test('no inbox of ours can be that of a requester', (t) => {
  const own = users.filter(({ role }) => role !== 'requester').map(inboxPrefixOf);
  for (const prefix of own) t.false(prefix.startsWith('_INBOX_') && ServiceName.is(prefix.slice('_INBOX_'.length)), prefix);
});

test('the configuration holds public keys, and no seed', (t) => {
  const config = natsConfig({ subjects, users });
  for (const { nkey } of users) t.true(config.includes(nkey));
  t.notRegex(config, /SU[A-Z2-7]{56}/);
});
