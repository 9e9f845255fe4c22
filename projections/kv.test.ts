import test from 'ava';
import { Kvm } from '@nats-io/kv';
import { connect } from 'nats';
import { subjectsUnder } from '../events/subjects.ts';
import { startNats } from '../tests/support/nats.ts';
import { kvStore } from './kv.ts';
import { contract } from './view-store-contract.ts';

const nats = await startNats();
const nc = await connect({ servers: nats.url });
test.after.always(async () => {
  await nc.close();
  await nats.stop();
});

let prefixes = 0;
contract(test, async () => {
  const subjects = subjectsUnder(`s${(prefixes += 1)}`);
  for (const bucket of ['catalog', 'services', 'usage'] as const) await new Kvm(nc).create(subjects.bucket(bucket));
  return kvStore(nc, subjects);
});

test('a bucket that is not there, and a server that is gone, are errors and not exceptions', async (t) => {
  const lost = await connect({ servers: nats.url });
  const store = await kvStore(lost, subjectsUnder('none'));
  t.like(await store.get('catalog', 'a.B')(), { _tag: 'Left', left: { _tag: 'unavailable', stored: 'no' } });
  t.like(await store.entries('catalog')(), { _tag: 'Left', left: { _tag: 'unavailable', stored: 'no' } });
  t.like(await store.put('catalog', 'a.B', 'one', 0)(), { _tag: 'Left', left: { _tag: 'unavailable', stored: 'unknown' } });
  await lost.close();
  t.like(await store.delete('catalog', 'a.B', 1)(), { _tag: 'Left', left: { _tag: 'unavailable' } });
  t.like(await store.get('catalog', 'a.B')(), { _tag: 'Left', left: { _tag: 'unavailable' } });
});

test('what is asked and written while the server is gone is done when it is back', async (t) => {
  const own = await startNats(t);
  const over = await connect({ servers: own.url, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  t.teardown(() => over.close());
  const subjects = subjectsUnder('lost');
  for (const bucket of ['catalog', 'services'] as const) await new Kvm(over).create(subjects.bucket(bucket));
  const store = await kvStore(over, subjects);
  t.like(await store.put('catalog', 'a.B', 'one', 0)(), { _tag: 'Right' });
  await own.kill9();
  const waiting = Promise.all([store.get('catalog', 'a.B')(), store.entries('catalog')(), store.put('services', 'a.B', 'two', 0)()]);
  await own.restart();
  const [found, entries, put] = await waiting;
  t.like(found, { _tag: 'Right', right: { value: 'one' } });
  t.like(entries, { _tag: 'Right', right: [{ key: 'a.B', value: 'one' }] });
  t.like(put, { _tag: 'Right' });
});
