import { connect } from 'nats';
import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { utf8 } from '../../crypto/bytes.ts';
import { ServiceName, sure } from '../../events/vocabulary.ts';
import { subjects } from '../../tests/support/fake-service.ts';
import { latch, until } from '../../tests/support/latch.ts';
import { startNats, type TestNats } from '../../tests/support/nats.ts';
import { natsTransport } from './transport.ts';

const billing = sure(ServiceName, 'billing');
const USERS = `authorization: { users: [
  { user: "service", password: "s" }
  { user: "client", password: "c", permissions: { publish: ["secrets.get.>"], subscribe: ["_INBOX.>", "secrets.notify.billing"] } }
] }`;

const setUp = async (t: Parameters<typeof startNats>[0] & object) => {
  const nats: TestNats = await startNats(t, { config: USERS });
  const as = async (user: string) =>
    connect({ servers: nats.url, user, pass: user.charAt(0), noAsyncTraces: true, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  const [service, connection] = [await as('service'), await as('client')];
  t.teardown(() => service.close());
  t.teardown(() => connection.close());
  return { nats, service, connection, transport: natsTransport(connection, subjects) };
};

test('a request gets its reply, and every way to get none is a failure of its own', async (t) => {
  const { service, transport } = await setUp(t);
  const ask = (subject: string, withinMs = 10_000) => transport.request(subject, utf8('ping'), withinMs)();
  service.subscribe('secrets.get.echo', { callback: (_, message) => void message.respond(message.data) });
  service.subscribe('secrets.get.silent', { callback: () => undefined });
  service.subscribe('secrets.get.large', { callback: (_, message) => void message.respond(new Uint8Array(512 * 1024 + 1)) });
  await service.flush();
  t.deepEqual(await ask('secrets.get.echo'), E.right(Buffer.from('ping')) as never);
  t.like(await ask('secrets.get.nobody'), { left: { _tag: 'unavailable', delivered: 'no' } });
  t.like(await ask('secrets.get.silent', 300), { left: { _tag: 'unavailable', delivered: 'maybe' } });
  t.like(await ask('secrets.get.large'), { left: { _tag: 'unavailable', delivered: 'maybe' } });
  t.like(await ask('secrets.register'), { left: { _tag: 'forbidden', isInbox: undefined } });
  await transport.close();
  t.like(await ask('secrets.get.echo'), { left: { _tag: 'unavailable', delivered: 'no' } });
});

test('where the replies may not come to, the prefix of this NATS user is what is missing', async (t) => {
  const { nats } = await setUp(t);
  const connection = await connect({ servers: nats.url, user: 'client', pass: 'c', inboxPrefix: '_INBOX_OTHER', noAsyncTraces: true });
  t.teardown(() => connection.close());
  const refused = await natsTransport(connection, subjects).request('secrets.get.echo', utf8('ping'), 10_000)();
  t.like(refused, { left: { _tag: 'forbidden', isInbox: true } });
  t.regex(E.isLeft(refused) ? refused.left.hint : '', /nats\.inboxPrefix, or set JETLOCK_INBOX_PREFIX/);
});

test('notices are heard from before the next request on, until they are closed; what is no notice is passed over', async (t) => {
  const { service, transport } = await setUp(t);
  const notify = (payload: string) => service.publish(subjects.notify(billing), utf8(payload));
  service.subscribe('secrets.get.now', {
    callback: (_, message) => {
      for (const payload of ['', 'x', '{"seq":-1}', '{"seq":"1"}', '{"seq":42}']) notify(payload);
      message.respond();
    },
  });
  await service.flush();
  const heard: number[] = [];
  const first = latch(30_000, 'a notice');
  const listening = transport.notices(billing, (seq) => {
    heard.push(seq);
    first.open();
  });
  await transport.request('secrets.get.now', new Uint8Array(), 10_000)();
  await first.opened();
  listening.close();
  await transport.request('secrets.get.now', new Uint8Array(), 10_000)();
  await transport.request('secrets.get.now', new Uint8Array(), 10_000)();
  t.deepEqual(heard, [42]);
});

test('without permission to listen, or a connection, nothing is heard and nothing breaks', async (t) => {
  const { transport } = await setUp(t);
  transport.notices(sure(ServiceName, 'other'), () => t.fail()).close();
  await transport.close();
  transport.notices(billing, () => t.fail()).close();
  t.pass();
});

const LONG_MS = 60_000;

test('when the connection breaks, what was under way fails at once, and what comes after is sent when it is back', async (t) => {
  const { nats, service, transport } = await setUp(t);
  t.false(transport.isUnsettled());
  const [received, again] = [latch(30_000, 'the first request'), latch(30_000, 'the service to listen again')];
  service.subscribe('secrets.get.silent', { callback: () => received.open() });
  let count = 0;
  service.subscribe('secrets.get.echo', {
    callback: (_, message) => {
      count += 1;
      message.respond(message.data);
    },
  });
  const reconnected = async () => {
    for await (const { type } of service.status()) if (type === 'reconnect') return again.open();
  };
  void reconnected();
  await service.flush();
  const underWay = transport.request('secrets.get.silent', utf8('ping'), LONG_MS)();
  await received.opened();
  await nats.kill9();
  t.like(await until(underWay, 30_000, 'a failure'), { left: { _tag: 'unavailable', delivered: 'maybe' } });
  t.like(await transport.request('secrets.get.echo', utf8('ping'), 100)(), { left: { _tag: 'unavailable', delivered: 'no' } });
  t.true(transport.isUnsettled());
  const kept = transport.request('secrets.get.echo', utf8('kept'), LONG_MS)();
  await nats.restart();
  const first = await until(kept, 30_000, 'an answer, or word that nobody is there yet');
  // The service may come back after us: then that is said.
  if (E.isLeft(first)) t.like(first, { left: { _tag: 'unavailable', delivered: 'no' } });
  else t.deepEqual(first, E.right(Buffer.from('kept')) as never);
  t.true(transport.isUnsettled());
  await again.opened();
  await service.flush();
  t.deepEqual(await transport.request('secrets.get.echo', utf8('new'), LONG_MS)(), E.right(Buffer.from('new')) as never);
  t.is(count, E.isLeft(first) ? 1 : 2);
});

test('a request that waits for the connection is given up when that is closed', async (t) => {
  const { nats, transport } = await setUp(t);
  await nats.kill9();
  const waiting = transport.request('secrets.get.echo', utf8('ping'), LONG_MS)();
  await transport.close();
  t.like(await until(waiting, 30_000, 'a failure'), { left: { _tag: 'unavailable' } });
  t.like(await transport.request('secrets.get.echo', utf8('ping'), LONG_MS)(), { left: { _tag: 'unavailable', delivered: 'no' } });
});
