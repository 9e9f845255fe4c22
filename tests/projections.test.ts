/** Read models on a real nats-server: live, rebuilt and mended, byte for byte. */
import test from 'ava';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from 'nats';
import { hashing } from '../crypto/hash.ts';
import { jetstreamLog } from '../events/log/jetstream.ts';
import type { Log } from '../events/log/log.ts';
import { ReplicaId, sure } from '../events/vocabulary.ts';
import { kvStore } from '../projections/kv.ts';
import { PROJECTIONS } from '../projections/projection.ts';
import { startProjector } from '../projections/run.ts';
import type { ViewStore } from '../projections/view-store.ts';
import { logCrypto, newHistory, type History } from './support/history.ts';
import { until } from './support/latch.ts';
import { startNats } from './support/nats.ts';
import { orThrow } from './support/or-throw.ts';
import { storedIn } from './support/stored.ts';

const LIMIT = 30_000;
const PATHS = ['billing/stripe/KEY', 'billing/stripe/OTHER', 'billing/DB', 'a.b/KEY', 'a/b/KEY'];

/** A little of everything that read models are made from. */
const lead = (history: History): void => {
  for (const path of PATHS) history.write(path, { description: `words for ${path}` });
  const credential = history.approved('invoicer');
  history.grant('invoicer', 'billing/');
  history.grant('invoicer', 'a/b/KEY', { once: true });
  const read = history.read({ service: 'invoicer', credential, paths: PATHS });
  const ref = { seq: read.seq, id: history.nextId() };
  history.replica('access.consume', { service: 'invoicer', credential, target: 'a/b/KEY', path: 'a/b/KEY', read: ref });
  history.replica('access.request', { service: 'invoicer', target: 'a.b/KEY', description: null, read: ref });
  history.replica('secret.stub', { path: 'a.b/MISSING', service: 'invoicer', description: null, read: read.seq });
  history.admin('namespace.delete', { namespace: 'billing/stripe' });
  for (let i = 0; i < 50; i += 1) {
    history.write('billing/DB');
    history.read({ service: 'invoicer', credential, paths: PATHS });
  }
};

/** The messages of a history, from one on, as its writers would have appended them. */
const appendFrom = async ({ messages }: History, from: number, log: Log): Promise<void> => {
  const last = new Map<string, number>();
  for (const { subject, seq, data, mac } of messages) {
    if (seq >= from) orThrow(await log.append({ subject, data, mac, prev: last.get(subject) ?? 0 })());
    last.set(subject, seq);
  }
};

const prepare = async (nc: NatsConnection, { subjects }: History): Promise<ViewStore> => {
  await (await jetstreamManager(nc)).streams.add({ name: subjects.stream, subjects: [subjects.all] });
  for (const bucket of [...PROJECTIONS, 'checkpoints'] as const) await new Kvm(nc).create(subjects.bucket(bucket));
  return kvStore(nc, subjects);
};

/** Settles when the connection, lost from now on, is back. */
const reconnected = async (nc: NatsConnection): Promise<void> => {
  for await (const { type } of nc.status()) if (type === 'reconnect') return;
};

test('live and rebuilt are the same bytes, also after the server was killed; what was tampered with is found and mended', async (t) => {
  const nats = await startNats(t);
  const nc = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  t.teardown(() => nc.close());
  const history = newHistory({ time: Date.now() });
  const store = await prepare(nc, history);
  const log = jetstreamLog(nc, { stream: history.subjects.stream });
  const options = { log, store, newHashing: hashing, subjects: history.subjects, crypto: logCrypto, loadKey: async () => true };
  const pace = { renewMs: 100, usageMs: 100 };
  const first = await startProjector({ ...options, replica: sure(ReplicaId, 'r1'), onFailure: () => undefined, pace });

  t.teardown(first.close);

  lead(history);
  const half = history.messages.length;
  await appendFrom(history, 1, log);
  t.true(await first.waitFor(half, LIMIT));
  const live = orThrow(await first.verify());
  t.deepEqual(live, { identical: true, compared: Object.keys(await storedIn(store)).length, different: 0, differing: [] });

  const back = until(reconnected(nc), LIMIT, 'the connection to be back');
  await nats.kill9();
  await nats.restart();
  await back;
  history.write('billing/AFTER');
  history.approved('mailer', 2);
  await appendFrom(history, half + 1, log);
  t.true(await first.waitFor(history.messages.length, LIMIT));
  const before = await storedIn(store);
  t.like(orThrow(await first.rebuild()), { identical: true, events: history.messages.length });
  t.deepEqual(await storedIn(store), before);

  const { revision } = orThrow(await store.get('access', 'invoicer.billing.=')());
  orThrow(await store.delete('access', 'invoicer.billing.=', revision)());
  orThrow(await store.put('inbox', 'missing.nothing.KEY', '{}', 0)());
  t.deepEqual(orThrow(await first.verify()).differing, ['access invoicer.billing.=', 'inbox missing.nothing.KEY']);
  await first.close();
  const second = await startProjector({ ...options, replica: sure(ReplicaId, 'r2'), onFailure: () => undefined, pace });
  t.teardown(second.close);
  // What the first had said is no proof that the second has begun.
  history.write('billing/LAST');
  await appendFrom(history, history.messages.length, log);
  t.true(await second.waitFor(history.messages.length, LIMIT));
  t.like(orThrow(await second.status()), { role: 'projector', holder: 'r2' });
  t.like(await storedIn(store), before);
  t.like(orThrow(await second.rebuild()), { identical: true, entries: Object.keys(before).length + 1 });
});
