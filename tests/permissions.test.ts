/**
 * What each NATS user that `jetlock nats-config` prints must not do, tried on a nats-server that runs with exactly these users;
 * and the story, from `init` to an audited read, with each part under its own.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createInbox, type NatsConnection } from 'nats';
import { adminClient } from '../client/admin.ts';
import { clientOf } from '../client/client.ts';
import { newAdminIdentity, newTokenIdentity } from '../client/credential.ts';
import { serviceKeys } from '../client/keys.ts';
import { connectNats } from '../client/nats/connect.ts';
import { natsTransport } from '../client/nats/transport.ts';
import { memoryIo } from '../cli/memory-io.ts';
import { runProgram } from '../cli/program.ts';
import { utf8 } from '../crypto/bytes.ts';
import { AdminName, ClientInfo, Id, sure, type PublicKey } from '../events/vocabulary.ts';
import { jetstreamReader } from '../events/log/jetstream.ts';
import { init, serve } from '../services/serve.ts';
import { orThrow, subjects } from './support/jetlock.ts';
import { startNats } from './support/nats.ts';
import { eventually } from './support/poll.ts';
import { pathOf, serviceOf, stepsOf } from './support/steps.ts';

type Printed = { readonly config: string; readonly users: ReadonlyArray<{ readonly name: string; readonly seedFile: string; readonly inboxPrefix: string }> };

const directory = mkdtempSync(join(tmpdir(), 'jetlock-permissions-'));
const { io, stdout } = memoryIo({ directory });
await runProgram(['nats-config', '--json', '--out', 'keys', '--service', 'shop,billing'], io);
const printed = JSON.parse(stdout()) as Printed;
const nats = await startNats(undefined, { config: printed.config });

type Name = 'service' | 'provisioner' | 'admin' | 'auditor' | 'requester-shop' | 'requester-billing';
const opened: NatsConnection[] = [];
const as = async (name: Name): Promise<NatsConnection> => {
  const user = printed.users.find((one) => one.name === name)!;
  const nc = orThrow(await connectNats({ servers: nats.url, nkey: user.seedFile, inboxPrefix: user.inboxPrefix })());
  opened.push(nc);
  return nc;
};

const path = pathOf('prod/shop/KEY');
const identity = newAdminIdentity({ admin: sure(AdminName, 'alice'), keyring: sure(Id, 'A'.repeat(22)), servicePublicKey: 'A'.repeat(43) as PublicKey });
const dataDir = join(directory, 'data');
const created = orThrow(await init({ nc: await as('provisioner'), dataDir, firstAdmin: identity, replicas: 1 }));
const startReplica = async () =>
  orThrow(await serve({ nc: await as('service'), requests: await as('service'), known: await as('service'), dataDir, http: { host: '127.0.0.1', port: 0 }, logLevel: 'silent', acceptHistory: undefined, firstAdmin: undefined }));
const replicas = [await startReplica(), await startReplica()];
test.after.always(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await Promise.all(opened.map((nc) => nc.close()));
  await nats.stop();
});

/** What the server refused of what was done; its refusals come before its answer to the flush. */
const deniedOf = async (nc: NatsConnection, act: () => void): Promise<boolean> => {
  let denied = false;
  const states = nc.status();
  void (async () => {
    for await (const state of states) if (state.type === 'error' && state.error.name === 'PermissionViolationError') denied = true;
  })();
  act();
  await nc.flush();
  await new Promise(setImmediate);
  return denied;
};

const client = sure(ClientInfo, { name: 'test', version: '1.0.0' });
const partsAs = async (name: Name) => {
  const transport = natsTransport(await as(name), subjects);
  return { transport, subjects, client, keys: serviceKeys({ transport, subjects, trust: { signer: created.servicePublicKey } }) };
};

test.serial('the story goes with these users, each part under its own', async (t) => {
  const admin = adminClient({ ...(await partsAs('admin')), identity: { ...identity, ...created } });
  orThrow(await admin.writeSecret(path, utf8('v'))());
  const shop = clientOf({ ...(await partsAs('requester-shop')), identity: newTokenIdentity(serviceOf('shop')) });
  await shop.register();
  const { approve, grant } = stepsOf({ admin, clientOf: () => Promise.resolve(shop) });
  await approve('shop', shop.fingerprint);
  const waiting = shop.waitFor(path, { timeoutMs: 30_000 });
  await grant('shop', path);
  t.is((await waiting).text(), 'v');
  const auditor = jetstreamReader(await as('auditor'), { stream: subjects.stream });
  t.true(orThrow(await auditor.info()()).messages > 3);
  t.true(orThrow(await auditor.last(subjects.state.service(serviceOf('shop')))()) > 0);
});

test.serial('a replica hands on what only another one can do, and gives back its answer', async (t) => {
  const admin = adminClient({ ...(await partsAs('admin')), identity: { ...identity, ...created } });
  let handedOn = 0;
  const nc = await as('service');
  nc.subscribe('secrets.replica.*.projections.verify', { callback: () => void (handedOn += 1) });
  await nc.flush();
  const verify = async () => {
    t.true(orThrow(await admin.query('projections.verify', {})()).identical);
    return handedOn > 0 || undefined;
  };
  // Which of them is asked is left to NATS.
  await eventually(verify, 30_000, 'the one that does not keep the read models to be asked');
});

const STREAMS = ['SECRETS', 'KV_secrets_keys', 'KV_secrets_inbox'] as const;
const onEach = (...verbs: ReadonlyArray<string>): ReadonlyArray<string> => STREAMS.flatMap((stream) => verbs.map((verb) => `$JS.API.${verb.replace('*', stream)}`));

/** What changes or destroys streams: the provisioner's alone, and the last two nobody's. */
const REMAKE = onEach('STREAM.CREATE.*', 'STREAM.UPDATE.*', 'STREAM.PURGE.*', 'STREAM.SNAPSHOT.*', 'STREAM.RESTORE.*');
const DESTROY = onEach('STREAM.DELETE.*', 'STREAM.MSG.DELETE.*');
/** Consumers: a push consumer of one's own sends stored messages to any subject; another's can be drained or acknowledged. */
const CONSUME = [
  ...onEach('CONSUMER.CREATE.*', 'CONSUMER.CREATE.*.x', 'CONSUMER.CREATE.*.x.secrets.events.>', 'CONSUMER.DURABLE.CREATE.*.x', 'CONSUMER.DELETE.*.x', 'CONSUMER.MSG.NEXT.*.x', 'CONSUMER.NAMES.*', 'CONSUMER.LIST.*', 'CONSUMER.PAUSE.*.x'),
  '$JS.ACK.SECRETS.x.1.1.1.1.1',
  '$JS.FC.SECRETS.x.y',
];
const READ = onEach('STREAM.MSG.GET.*', 'DIRECT.GET.*', 'DIRECT.GET.*.secrets.events.state.keyring', 'STREAM.INFO.*');
const RELAY = ['secrets.replica.r-1.projections.verify', 'secrets.replica.r-1.projections.rebuild'];
const WRITE = [...RELAY, 'secrets.events.state.keyring', 'secrets.events.state.access.shop.prod', 'secrets.events.read.r-1', '$KV.secrets_keys.a', '$KV.secrets_inbox.a'];
const SYSTEM = ['$SYS.REQ.SERVER.PING', '$SYS.REQ.ACCOUNT.PING.CONNZ', '$JS.API.INFO', '$JS.API.STREAM.NAMES', '$JS.API.STREAM.LIST', '$JS.API.ACCOUNT.PURGE.X', '$JS.API.META.LEADER.STEPDOWN'];
/** Answers in the service's place, to each who could wait for one. */
const ANSWER = ['_INBOX.x', '_INBOX_shop.x', '_INBOX_billing.x', '_INBOX_JETLOCK.x', '_INBOX_PROVISIONER.x', '_INBOX_AUDITOR.x', 'secrets.notify.shop'];
const LISTEN = ['secrets.replica.>', 'secrets.replica.*.>', '>', '*.>', 'secrets.>', 'secrets.events.>', 'secrets.get', 'secrets.get.*', 'secrets.register.*', 'secrets.admin.>', 'secrets.keys', '$KV.>', '$KV.secrets_keys.>', '$JS.>', '$JS.API.>', '$SYS.>', '_INBOX_JETLOCK.>', '_INBOX_PROVISIONER.>'];
const INBOXES = ['_INBOX.>', '_INBOX_shop.>', '_INBOX_billing.>', '_INBOX_AUDITOR.>', 'secrets.notify.*', 'secrets.notify.shop', 'secrets.notify.billing'];
const ASK = ['secrets.get', 'secrets.get.shop', 'secrets.register', 'secrets.register.shop'];

const but = (all: ReadonlyArray<string>, ...own: ReadonlyArray<string>): ReadonlyArray<string> => all.filter((one) => !own.includes(one));

const CANNOT: Readonly<Record<Name, { readonly publish: ReadonlyArray<string>; readonly subscribe: ReadonlyArray<string> }>> = {
  service: {
    // It consumes, writes and reads by itself; what it answers is what it was asked.
    publish: [...REMAKE, ...DESTROY, ...onEach('DIRECT.GET.*', 'CONSUMER.PAUSE.*.x'), ...but(ANSWER, 'secrets.notify.shop'), ...SYSTEM, ...ASK, 'secrets.admin.inbox.list', '$JS.ACK.SECRETS.x.1.1.1.1.1', 'secrets.replica.r-1.secret.list'],
    subscribe: [...but(LISTEN, '_INBOX_JETLOCK.>'), ...INBOXES],
  },
  provisioner: {
    publish: [...DESTROY, ...RELAY, ...but(ANSWER, 'secrets.notify.shop'), ...SYSTEM, ...ASK, 'secrets.admin.inbox.list', '$JS.API.STREAM.CREATE.OTHER', '$KV.other.a'],
    subscribe: [...RELAY, ...but(LISTEN, '_INBOX_PROVISIONER.>'), ...INBOXES],
  },
  admin: { publish: [...REMAKE, ...DESTROY, ...CONSUME, ...READ, ...WRITE, ...SYSTEM, ...ANSWER, ...ASK], subscribe: [...RELAY, ...LISTEN, ...but(INBOXES, '_INBOX.>')] },
  auditor: {
    // It reads messages of the log, and how streams are: not the keys, however they are wrapped.
    publish: [...REMAKE, ...DESTROY, ...CONSUME, ...but(READ, '$JS.API.STREAM.MSG.GET.SECRETS', ...onEach('STREAM.INFO.*')), ...WRITE, ...SYSTEM, ...ANSWER, ...ASK, 'secrets.admin.inbox.list'],
    subscribe: [...RELAY, ...LISTEN, ...but(INBOXES, '_INBOX_AUDITOR.>')],
  },
  'requester-shop': {
    publish: [...REMAKE, ...DESTROY, ...CONSUME, ...READ, ...WRITE, ...SYSTEM, ...ANSWER, 'secrets.get.billing', 'secrets.register.billing', 'secrets.get.shop.x', 'secrets.admin.inbox.list', 'secrets.admin.service.approve'],
    subscribe: [...RELAY, ...LISTEN, ...but(INBOXES, '_INBOX_shop.>', 'secrets.notify.shop')],
  },
  'requester-billing': {
    publish: [...WRITE, ...ANSWER, ...ASK.filter((subject) => subject.endsWith('.shop'))],
    subscribe: [...LISTEN, ...but(INBOXES, '_INBOX_billing.>', 'secrets.notify.billing')],
  },
};

for (const [name, { publish, subscribe }] of Object.entries(CANNOT) as [Name, (typeof CANNOT)[Name]][])
  test.serial(`${name} is denied each of ${publish.length} subjects to publish on, and ${subscribe.length} to listen to`, async (t) => {
    const nc = await as(name);
    const allowed: string[] = [];
    for (const subject of publish) if (!(await deniedOf(nc, () => nc.publish(subject, '{}')))) allowed.push(`publish ${subject}`);
    for (const subject of subscribe)
      for (const queue of [undefined, 'jetlock', 'mine']) {
        const isServices = name === 'service' && queue === 'jetlock';
        const options = { callback: () => undefined, ...(queue === undefined ? {} : { queue }) };
        if (!isServices && !(await deniedOf(nc, () => void nc.subscribe(subject, options)))) allowed.push(`subscribe ${subject} ${queue ?? ''}`);
      }
    t.deepEqual(allowed, []);
  });

test.serial('an auditor cannot make the service act: no stored message comes to anyone by a consumer of theirs', async (t) => {
  const nc = await as('auditor');
  const config = { deliver_subject: `${subjects.get}.shop`, deliver_policy: 'all', ack_policy: 'none' };
  const before = orThrow(await jetstreamReader(nc, { stream: subjects.stream }).info()()).messages;
  for (const subject of ['$JS.API.CONSUMER.CREATE.SECRETS', '$JS.API.CONSUMER.CREATE.SECRETS.x'])
    t.true(await deniedOf(nc, () => nc.publish(subject, JSON.stringify({ stream_name: 'SECRETS', config }), { reply: createInbox('_INBOX_AUDITOR') })), subject);
  const info = (await (await as('provisioner')).request('$JS.API.STREAM.INFO.SECRETS')).json<{ state: { messages: number; consumer_count: number } }>();
  t.is(info.state.messages, before);
});

test.serial('a reply that is wanted somewhere else than in an inbox is not given there', async (t) => {
  const [shop, auditor] = [await as('requester-shop'), await as('auditor')];
  const reader = jetstreamReader(auditor, { stream: subjects.stream });
  const before = orThrow(await reader.info()()).messages;
  // The service may publish there, the requester may not: it must not do it for them.
  for (const reply of ['secrets.events.state.keyring', '$KV.secrets_keys.x', '$JS.API.STREAM.MSG.GET.SECRETS', '_INBOX_JETLOCK.x']) shop.publish(subjects.keys, '', { reply });
  await shop.flush();
  await shop.request(subjects.keys, '');
  t.is(orThrow(await reader.info()()).messages, before);
});
