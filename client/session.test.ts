import test from 'ava';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { flipped } from '../crypto/testing.ts';
import { randomId } from '../crypto/random.ts';
import { boxKeyBytes, requestBytes, sign, verify } from '../crypto/sign.ts';
import { ServiceName, sure, type PublicKey } from '../events/vocabulary.ts';
import { clientInfo, fakeService, json, subjects, tagOf, unsealedReply, type FakeService } from '../tests/support/fake-service.ts';
import { credentialOf, newKeyIdentity } from './credential.ts';
import { forbidden, unavailable, type TransportFailure } from './failure.ts';
import { serviceKeys } from './keys.ts';
import { newSession, type Question } from './session.ts';
import type { Transport } from './transport.ts';

const identity = newKeyIdentity(sure(ServiceName, 'billing'));

const sessionWith = (service: FakeService) =>
  newSession({
    transport: service.transport,
    keys: serviceKeys({ transport: service.transport, subjects, trust: { signer: service.signer.publicKey } }),
    client: clientInfo,
  });

const question = (change: Partial<Question> = {}): Question => ({
  subject: 'secrets.get.billing',
  service: identity.service,
  body: '{"a":1}',
  credential: credentialOf(identity),
  enclosed: null,
  timeoutMs: 1_000,
  ...change,
});

test('what is asked arrives, and what is answered comes back', (t) =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.jsonValue(), async (body, result) => {
      const service = fakeService();
      service.script.answer = () => ({ result });
      const answer = await sessionWith(service).ask(question({ body }))();
      t.deepEqual(answer, E.right(JSON.parse(JSON.stringify(result)) as unknown));
      t.is(service.seen[0]?.request.body, body);
    }),
    { numRuns: 50 },
  ));

test('every request has its own id and signature, in one session', async (t) => {
  const service = fakeService();
  const session = sessionWith(service);
  await session.ask(question())();
  await session.ask(question())();
  const [first, second] = service.seen;
  t.is(first!.from, second!.from);
  t.not(first!.request.id, second!.request.id);
  for (const { request, from, kid } of service.seen) {
    if (request.credential.kind !== 'key') return t.fail('signed with a key');
    t.true(verify(requestBytes({ ...request, kid, from }), request.credential.signature, request.credential.key));
  }
});

test('a reply that is bound to anything else is refused', async (t) => {
  const changes = [{ id: randomId() }, { subject: 'secrets.get' }, { service: null }, { service: 'other' }, { type: 'req' }, { v: 2 }];
  for (const change of changes) {
    const service = fakeService();
    service.script.reply = (reply) => ({ ...reply, ...change });
    const answer = await sessionWith(service).ask(question())();
    t.true(['distrusted', 'not_understood'].includes(tagOf(answer)), JSON.stringify(change));
  }
});

test('a genuine reply to an earlier request is refused', async (t) => {
  const service = fakeService();
  const session = sessionWith(service);
  const messages: Uint8Array[] = [];
  service.script.message = (bytes) => (messages.push(bytes), messages[0]!);
  t.is(tagOf(await session.ask(question())()), 'right');
  t.is(tagOf(await session.ask(question())()), 'distrusted');
});

test('a reply with one bit turned over is refused, wherever it is', (t) =>
  fc.assert(
    fc.asyncProperty(fc.nat(), async (bit) => {
      const service = fakeService();
      service.script.message = (bytes) => flipped(bytes, bit);
      t.is(tagOf(await sessionWith(service).ask(question())()), 'distrusted');
    }),
    { numRuns: 300 },
  ));

test('wrong_box_key makes the keys be asked for, once, and the request be repeated, once', async (t) => {
  const service = fakeService();
  const session = sessionWith(service);
  await session.ask(question())();
  service.replaceBoxKey();
  t.is(tagOf(await session.ask(question())()), 'right');
  t.deepEqual(service.asked, ['secrets.keys', question().subject, question().subject, 'secrets.keys', question().subject]);

  service.script.message = () => unsealedReply('wrong_box_key');
  service.asked.length = 0;
  t.is(tagOf(await session.ask(question())()), 'unavailable');
  t.deepEqual(service.asked, [question().subject, 'secrets.keys', question().subject]);
});

test('a refusal is believed under the seal only', async (t) => {
  for (const code of ['refused', 'unauthorized', 'credential_pending', 'busy'] as const) {
    const service = fakeService();
    service.script.answer = () => ({ refusal: code });
    t.is(tagOf(await sessionWith(service).ask(question())()), code);
    service.script.message = () => unsealedReply(code);
    t.is(tagOf(await sessionWith(service).ask(question())()), 'unavailable');
  }
});

test('what an unsealed refusal says is not repeated', async (t) => {
  const service = fakeService();
  service.script.message = () => json({ v: 1, refusal: { code: 'evil\u001b[2J', message: 'send your token to evil', hint: 'evil', retryable: false, detail: null } });
  const answer = await sessionWith(service).ask(question())();
  t.is(tagOf(answer), 'unavailable');
  t.notRegex(JSON.stringify(answer), /evil/);
});

test('a service key of low order is refused', async (t) => {
  const service = fakeService();
  service.script.keys = (told) => {
    const low = { ...told, key: 'A'.repeat(43) as PublicKey };
    return { ...low, signature: sign(boxKeyBytes(low), service.signer.secretKey) };
  };
  t.is(tagOf(await sessionWith(service).ask(question())()), 'distrusted');
  t.is(service.seen.length, 0);
});

test('keys that cannot be had mean that nothing was sent; a reply that does not come, that it may have been', async (t) => {
  const service = fakeService();
  const down = { ...service.transport, request: () => async () => E.left(unavailable('no answer', 'maybe')) };
  const keys = serviceKeys({ transport: down, subjects, trust: { firstUse: true } });
  const unsent = await newSession({ transport: down, keys, client: clientInfo }).ask(question())();
  t.like(unsent, { left: { _tag: 'unavailable', delivered: 'no' } });

  service.script.arrives = () => unavailable('no answer', 'maybe');
  t.like(await sessionWith(service).ask(question())(), { left: { _tag: 'unavailable', delivered: 'maybe' } });
});

test('a session that was closed sends nothing, and opens nothing that comes late', async (t) => {
  const service = fakeService();
  const session = sessionWith(service);
  service.script.answer = () => (session.close(), { result: 'late' });
  t.is(tagOf(await session.ask(question())()), 'unavailable');
  t.is(tagOf(await session.ask(question())()), 'unavailable');
  t.is(service.seen.length, 1);
});

test('a request over 512 KiB is refused before it is sent', async (t) => {
  const service = fakeService();
  t.is(tagOf(await sessionWith(service).ask(question({ body: 'x'.repeat(400_000) }))()), 'too_large');
  t.is(service.seen.length, 0);
});

/** A service that tells where to ask, and what became of each request there. */
const telling = (there: () => TransportFailure | undefined) => {
  const service = fakeService();
  service.script.reply = (reply) => ({ ...reply, known: KNOWN });
  const request: Transport['request'] = (subject, bytes, timeoutMs) => async () => {
    const failure = subject === KNOWN ? there() : undefined;
    if (failure === undefined) return service.transport.request(subject, bytes, timeoutMs)();
    service.asked.push(subject);
    return E.left(failure);
  };
  return { service, session: sessionWith({ ...service, transport: { ...service.transport, request } }) };
};
const KNOWN = `secrets.known.${'k'.repeat(43)}`;
const GET = question().subject;
const askedAfterKeys = ({ asked }: FakeService): ReadonlyArray<string> => asked.filter((subject) => subject !== subjects.keys);

test('whoever was told of a subject of their own asks there, about the same', async (t) => {
  const { service, session } = telling(() => undefined);
  for (let n = 0; n < 3; n += 1) t.is(tagOf(await session.ask(question())()), 'right');
  await session.ask(question({ service: null }))();
  t.deepEqual(askedAfterKeys(service), [GET, KNOWN, KNOWN, GET]);
  t.deepEqual(new Set(service.seen.map(({ request }) => request.subject)), new Set([GET]));
});

test('a reply that tells of no such subject, as a service of before sends it, is a reply, and the subject is kept', async (t) => {
  const { service, session } = telling(() => undefined);
  await session.ask(question())();
  service.script.reply = ({ known: _, ...reply }) => reply;
  for (let n = 0; n < 2; n += 1) t.is(tagOf(await session.ask(question())()), 'right');
  t.deepEqual(askedAfterKeys(service), [GET, KNOWN, KNOWN]);
});

test('where nobody listens there, it is asked at once where everyone asks; what may have arrived is not sent again', async (t) => {
  let failure: TransportFailure | undefined = unavailable('nobody answers', 'no');
  const { service, session } = telling(() => failure);
  await session.ask(question())();
  t.is(tagOf(await session.ask(question())()), 'right');
  t.deepEqual(askedAfterKeys(service), [GET, KNOWN, GET]);
  failure = unavailable('no answer in time', 'maybe');
  t.is(tagOf(await session.ask(question())()), 'unavailable');
  t.is(tagOf(await session.ask(question())()), 'right');
  t.deepEqual(askedAfterKeys(service).slice(3), [KNOWN, GET]);
});

test('whom NATS does not let ask there never tries again', async (t) => {
  const { service, session } = telling(() => forbidden('NATS does not allow it'));
  for (let n = 0; n < 3; n += 1) t.is(tagOf(await session.ask(question())()), 'right');
  t.deepEqual(askedAfterKeys(service), [GET, KNOWN, GET, GET]);
});
