import { inspect } from 'node:util';
import test from 'ava';
import { toBase64, utf8 } from '../crypto/bytes.ts';
import { newSalt } from '../crypto/hash.ts';
import { ServiceName, sure } from '../events/vocabulary.ts';
import { barePath } from '../protocol/operations.ts';
import { clientInfo, fakeService, json, subjects, unsealedReply, type FakeService, type Script } from '../tests/support/fake-service.ts';
import { manualTime } from '../tests/support/manual-time.ts';
import { digestOf, fingerprintOf } from '../tests/support/names.ts';
import { clientOf } from './client.ts';
import { newKeyIdentity, newTokenIdentity, type ServiceIdentity } from './credential.ts';
import { JetlockError } from './error.ts';
import { forbidden, unavailable } from './failure.ts';
import { serviceKeys } from './keys.ts';

const name = sure(ServiceName, 'billing');
const CANARY = 'canary-5f1d0c-value';

const setUp = (identity: ServiceIdentity = newTokenIdentity(name)) => {
  const time = manualTime();
  const service = fakeService(time.now);
  const keys = serviceKeys({ transport: service.transport, subjects, trust: { signer: service.signer.publicKey }, now: time.now });
  return { time, service, identity, client: clientOf({ transport: service.transport, subjects, keys, identity, client: clientInfo, time }) };
};

/** Answers every path with its value, but those that are named. */
const answering =
  (bytes: Uint8Array, ...refused: ReadonlyArray<string>): Script['answer'] =>
  ({ request }) => ({
    result: {
      seq: 1,
      messageHash: digestOf(1),
      checkpoint: null,
      more: [],
      results: ((JSON.parse(request.body) as { paths?: Array<{ path: string }> }).paths ?? []).map(({ path }) =>
        refused.includes(path) ? { path, outcome: 'refused' } : { path, outcome: 'value', version: 2, offlineUntil: null, value: toBase64(bytes) },
      ),
    },
  });

const thrownBy = async (work: Promise<unknown>): Promise<JetlockError> => {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof JetlockError)) throw new Error('not a JetlockError');
  return error;
};

test('one path gives a secret, several give theirs in order', async (t) => {
  const { service, client } = setUp();
  service.script.answer = answering(utf8('välue'));
  const one = await client.get('shop/A', { description: 'for the till' });
  t.like(one, { path: 'shop/A', version: 2 });
  t.is(one.text(), 'välue');
  t.deepEqual(one.value.reveal(), utf8('välue'));
  t.deepEqual((await client.get(['shop/B', 'shop/A', 'shop/B'])).map(({ path }) => path), ['shop/B', 'shop/A', 'shop/B']);
  t.like(JSON.parse(service.seen[0]!.request.body), { paths: [{ path: 'shop/A', description: 'for the till', format: null, pattern: null }] });
});

test('a value that is not text is told from an empty one', async (t) => {
  const { service, client } = setUp();
  service.script.answer = answering(new Uint8Array([0xff]));
  const secret = await client.get('shop/A');
  t.is(t.throws(() => secret.text(), { instanceOf: JetlockError }).code, 'not_text');
  service.script.answer = answering(new Uint8Array());
  t.is((await client.get('shop/A')).text(), '');
});

test('a refusal names the paths that were refused', async (t) => {
  const { service, client } = setUp();
  service.script.answer = answering(utf8(CANARY), 'shop/B', 'shop/C');
  const error = await thrownBy(client.get(['shop/A', 'shop/B', 'shop/C']));
  t.is(error.code, 'refused');
  t.false(error.retryable);
  t.regex(error.message, /shop\/B, shop\/C$/);
  t.notRegex(error.message, /shop\/A/);
});

test('getMany tells what is to be had from what is not', async (t) => {
  const { service, client } = setUp();
  service.script.answer = answering(utf8('v'), 'shop/B');
  const { secrets, refused } = await client.getMany([{ path: 'shop/A' }, { path: 'shop/B', description: 'why', format: 'uri', pattern: '^https:' }]);
  t.deepEqual(secrets.map(({ path }) => path), ['shop/A']);
  t.deepEqual(refused, ['shop/B']);
  const b = { path: 'shop/B', description: 'why', format: 'uri', pattern: '^https:' };
  t.deepEqual(JSON.parse(service.seen[0]!.request.body), { paths: [barePath('shop/A'), b], offline: false });
});

test('what is no path is refused before anything is asked, and not repeated', async (t) => {
  const { service, client } = setUp();
  for (const path of ['', CANARY, '../x', 'a/../b', 'a/b\n']) {
    const error = await thrownBy(client.get(path));
    t.is(error.code, 'argument');
    t.notRegex(error.message, /canary/);
  }
  const unsaid = [{ description: 'x\ny' }, { format: 'url' }, { format: 'toString' }, { pattern: 'x'.repeat(257) }, { pattern: '€'.repeat(256) }, { pattern: 'x\ny' }];
  for (const options of unsaid) t.is((await thrownBy(client.get('a/b', options))).code, 'argument');
  t.is(service.asked.length, 0);
});

test('waiting ends with the secret, or with the last refusal', async (t) => {
  const { service, client, time } = setUp();
  service.script.answer = () => ({ refusal: 'credential_pending' });
  const waiting = client.waitFor('shop/A', { timeoutMs: 60_000 });
  await time.advance(1_000);
  service.script.answer = answering(utf8('v'), 'shop/B');
  service.notify();
  await time.advance(1);
  t.is((await waiting).text(), 'v');
  const inVain = thrownBy(client.waitFor(['shop/A', 'shop/B'], { timeoutMs: 1_000 }));
  await time.advance(1_000);
  const error = await inVain;
  t.is(error.code, 'refused');
  t.regex(error.message, /shop\/B/);
  t.is(service.listeners(), 0);
});

test('an aborted wait rejects at once, though a question is under way', async (t) => {
  const { service, client } = setUp();
  const abort = new AbortController();
  service.script.answer = () => {
    abort.abort();
    return new Promise(() => undefined);
  };
  t.is((await thrownBy(client.waitFor('shop/A', { timeoutMs: 1_000, signal: abort.signal }))).code, 'aborted');
});

test('closing it makes what follows fail', async (t) => {
  const { client } = setUp();
  await client.close();
  t.is((await thrownBy(client.get('shop/A'))).code, 'unavailable');
});

/** Everything that can be seen of an error, as a logger or a debugger would. */
const everythingOf = (error: unknown): string =>
  [inspect(error, { depth: 20, showHidden: true, getters: true }), JSON.stringify(error), String(error), error instanceof Error ? error.stack : '', JSON.stringify(Object.getOwnPropertyDescriptors(error))].join('\n');

const forged = (code: string) => () => json({ v: 1, refusal: { code, message: CANARY, hint: CANARY, retryable: false, detail: CANARY } });

const mishaps: ReadonlyArray<readonly [string, (service: FakeService) => void]> = [
  ['a refused path beside a value', ({ script }) => (script.answer = answering(utf8(CANARY), 'shop/B'))],
  ['a reply that is no reply to it', ({ script }) => (script.reply = (reply) => ({ ...reply, id: 'A'.repeat(22), result: CANARY }))],
  ['a result of another shape', ({ script }) => (script.answer = () => ({ result: { seq: CANARY, results: [{ path: 'shop/A', outcome: 'value', version: CANARY, value: CANARY }] } }))],
  ['a value that is not base64', ({ script }) => (script.answer = answering(utf8(CANARY)), (script.reply = (reply) => JSON.parse(JSON.stringify(reply).replace(/"value":"[^"]*"/, `"value":"${CANARY}!"`)) as unknown))],
  ['a reply that is not JSON', ({ script }) => (script.message = () => utf8(`{${CANARY}`))],
  ['an unsealed refusal', ({ script }) => (script.message = forged('busy'))],
  ['an unsealed refusal of an unknown code', ({ script }) => (script.message = forged(CANARY))],
  ['a lost box key', ({ script }) => (script.message = () => unsealedReply('wrong_box_key'))],
  ['keys that are none', ({ script }) => (script.keys = () => ({ keyring: CANARY }))],
  ['no answer', ({ script }) => (script.arrives = () => unavailable('no answer', 'maybe'))],
  ['no permission', ({ script }) => (script.arrives = () => forbidden('no permission'))],
];

for (const make of [newTokenIdentity, newKeyIdentity]) {
  for (const [what, prepare] of mishaps) {
    test(`no error shows a secret: ${what}, with a ${make(name).kind}`, async (t) => {
      const { service, client, identity, time } = setUp(make(name));
      // Some of them are asked again, up to the end of their time.
      const failed = async (work: Promise<unknown>): Promise<JetlockError> => (await Promise.all([thrownBy(work), time.advance(15_000)]))[0];
      service.script.answer = answering(utf8(CANARY));
      prepare(service);
      const secret = identity.kind === 'token' ? identity.token.reveal() : toBase64(identity.secretKey.reveal().subarray(0, 32));
      for (const error of [await failed(client.get(['shop/A', 'shop/B'])), await failed(client.register({ serviceVersion: '1' }))]) {
        const seen = everythingOf(error);
        for (const hidden of [CANARY, toBase64(utf8(CANARY)), secret]) t.false(seen.includes(hidden), seen);
      }
    });
  }
}

test('what the service is too busy for is asked again, later each time, and not for ever', async (t) => {
  const { service, client, time } = setUp();
  service.script.answer = answering(utf8('v'));
  const asked: number[] = [];
  const busy = () => {
    asked.push(time.now());
    return unsealedReply('busy');
  };
  service.script.message = (reply) => (asked.length < 3 ? busy() : reply);
  const [secret] = await Promise.all([client.get('shop/A'), time.advance(5_000)]);
  t.is(secret.text(), 'v');
  t.is(asked.length, 3);
  service.script.message = busy;
  const began = time.now();
  const [error] = await Promise.all([thrownBy(client.get('shop/A')), time.advance(20_000)]);
  t.is(error.code, 'unavailable');
  const gaps = asked.slice(3).map((at, n, all) => at - (all[n - 1] ?? at)).slice(1);
  t.true(gaps.length >= 4 && (gaps[0] ?? 0) >= 50 && (gaps.at(-1) ?? 0) > (gaps[0] ?? 0), gaps.join());
  t.true((asked.at(-1) ?? 0) - began <= 10_000);
});

test('no secret is seen in what is printed of a secret', async (t) => {
  const { service, client } = setUp();
  const value = toBase64(newSalt());
  service.script.answer = answering(utf8(value));
  t.false(everythingOf(await client.get('shop/A')).includes(value));
  service.script.answer = () => ({ result: { status: 'approved', fingerprint: fingerprintOf(1) } });
  t.is((await thrownBy(client.register())).code, 'distrusted');
});
