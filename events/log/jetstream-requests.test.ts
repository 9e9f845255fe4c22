import { connect as connectSocket } from 'node:net';
import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { connect, errors } from 'nats';
import { latch, until } from '../../tests/support/latch.ts';
import { startNats } from '../../tests/support/nats.ts';
import { makeAskAgain } from './jetstream-ask.ts';
import { linkOf } from './jetstream-link.ts';
import { requestsOn } from './jetstream-requests.ts';

const USERS = `authorization: { users: [
  { user: "service", password: "s" }
  { user: "client", password: "c", permissions: { publish: [">"], subscribe: ["_INBOX_client.>"] } }
] }`;

test('answers come to the inbox of the connection, and without permission to listen there every request is told so', async (t) => {
  const nats = await startNats(t, { config: USERS });
  const service = await connect({ servers: nats.url, user: 'service', pass: 's' });
  t.teardown(() => service.close());
  service.subscribe('echo', { callback: (_, message) => void message.respond(message.data) });
  await service.flush();
  const as = async (prefix: string) => {
    const connection = await connect({ servers: nats.url, user: 'client', pass: 'c', inboxPrefix: prefix });
    t.teardown(() => connection.close());
    return requestsOn(connection, linkOf(connection));
  };
  const [own, another] = [await as('_INBOX_client'), await as('_INBOX_another')];
  const answers = await Promise.all(['a', 'b'].map((word) => own('echo', Buffer.from(word), 30_000)));
  t.deepEqual(answers.map((answer) => (E.isRight(answer) ? answer.right.string() : undefined)), ['a', 'b']);
  for (const answer of await Promise.all([another('echo', new Uint8Array(), 60_000), another('echo', new Uint8Array(), 60_000)]))
    t.true(E.isLeft(answer) && answer.left instanceof errors.PermissionViolationError);
});

test('headers that break the rules are an answer like any other, and the next request is answered too', async (t) => {
  const nats = await startNats(t);
  const connection = await connect({ servers: nats.url });
  t.teardown(() => connection.close());
  const request = requestsOn(connection, linkOf(connection));
  const socket = connectSocket(Number(new URL(nats.url).port), '127.0.0.1');
  t.teardown(() => socket.destroy());
  const listening = latch(30_000, 'the raw responder');
  const headers = 'NATS/1.0\r\na b: c\r\n: \r\n\r\n';
  socket.on('data', (chunk: Buffer) => {
    const [, reply] = /^MSG ask 1 (\S+) /m.exec(chunk.toString()) ?? [];
    if (reply !== undefined) socket.write(`HPUB ${reply} ${headers.length} ${headers.length}\r\n${headers}\r\n`);
    if (chunk.toString().includes('PONG')) listening.open();
  });
  socket.write('CONNECT {"verbose":false,"headers":true}\r\nSUB ask 1\r\nPING\r\n');
  await listening.opened();
  for (let n = 0; n < 2; n += 1) t.true(E.isRight(await request('ask', new Uint8Array(), 30_000)));
});

/** Answers the third time that it is asked, and nobody before. */
const thirdTime = () => {
  let count = 0;
  const ask = (): Promise<number> => {
    count += 1;
    return count === 3 ? Promise.resolve(count) : new Promise(() => undefined);
  };
  return { ask, count: () => count };
};

test('what nobody answered is asked again until there is an answer, and no longer', async (t) => {
  const askAgain = makeAskAgain();
  const [first, second] = [thirdTime(), thirdTime()];
  for (const { ask } of [first, second]) t.is(await until(askAgain(ask), 30_000, 'an answer'), 3);
  t.is(first.count(), 3);
  await t.throwsAsync(askAgain(() => Promise.reject(new Error('refused'))), { message: 'refused' });
});

test('where others are answered nothing is asked again', async (t) => {
  const askAgain = makeAskAgain();
  const { ask, count } = thirdTime();
  const slow = askAgain(ask);
  for (const end = performance.now() + 1_500; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) await askAgain(() => Promise.resolve(0));
  t.is(count(), 1);
  t.is(await until(slow, 30_000, 'an answer, once nobody else is answered'), 3);
});
