import test from 'ava';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { toBase64, utf8 } from '../crypto/bytes.ts';
import { ServiceName, SecretPath, sure } from '../events/vocabulary.ts';
import { barePath } from '../protocol/operations.ts';
import { PATHS_MAX } from '../protocol/wire.ts';
import { clientInfo, fakeService, subjects, tagOf, type FakeService } from '../tests/support/fake-service.ts';
import { digestOf, fingerprintOf } from '../tests/support/names.ts';
import { identityFingerprint, newKeyIdentity, newTokenIdentity } from './credential.ts';
import { serviceKeys } from './keys.ts';
import { serviceClient, type Ask } from './service.ts';
import { newSession } from './session.ts';

const name = sure(ServiceName, 'billing');
const ask = (n: number): Ask => barePath(sure(SecretPath, `shop/S${n}`));

const clientWith = (service: FakeService, identity = newTokenIdentity(name)) => {
  const keys = serviceKeys({ transport: service.transport, subjects, trust: { signer: service.signer.publicKey } });
  return { identity, client: serviceClient({ session: newSession({ transport: service.transport, keys, client: clientInfo }), subjects, identity }) };
};

type Result = { path: string; outcome: string; version?: number; offlineUntil?: number | null; value?: string };
const reply = (results: ReadonlyArray<Result>, more: ReadonlyArray<string> = []) => ({
  result: { seq: 1, messageHash: digestOf(1), checkpoint: null, results, more },
});
const valueOf = (path: string): Result => ({ path, outcome: 'value', version: 3, offlineUntil: null, value: toBase64(utf8(`value of ${path}`)) });
const pathsIn = (body: string): ReadonlyArray<string> => (JSON.parse(body) as { paths: Ask[] }).paths.map(({ path }) => path);

test('every path gets its answer, however the service cuts its replies', (t) =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 1, max: PATHS_MAX }), async (count, fits) => {
      const service = fakeService();
      service.script.answer = ({ request }) => {
        const paths = pathsIn(request.body);
        t.true(paths.length <= PATHS_MAX);
        const given = paths.slice(0, fits).map((path) => (path.endsWith('7') ? { path, outcome: 'refused' } : valueOf(path)));
        return reply(given, paths.slice(fits));
      };
      const asks = Array.from({ length: count }, (_, n) => ask(n));
      const answers = await clientWith(service).client.get([...asks, ...asks.slice(0, 3)])();
      if (E.isLeft(answers)) return t.fail(tagOf(answers));
      t.is(answers.right.size, count);
      for (const { path } of asks) {
        const answer = answers.right.get(path);
        if (answer === undefined || answer === 'refused') t.true(answer === 'refused' && path.endsWith('7'));
        else t.deepEqual(answer.value.reveal(), utf8(`value of ${path}`));
      }
    }),
    { numRuns: 30 },
  ));

test('it asks on the subject that is its own', async (t) => {
  const service = fakeService();
  service.script.answer = () => reply([valueOf('shop/S1')]);
  await clientWith(service).client.get([ask(1)])();
  t.is(service.seen[0]?.request.subject, 'secrets.get.billing');
  t.is(service.seen[0]?.request.service, name);
});

test('a reply that leaves something out, adds or repeats something, or answers nothing, counts as no answer', async (t) => {
  const [one, two, other] = ['shop/S1', 'shop/S2', 'shop/S9'];
  const wrong = [
    reply([valueOf(one)]),
    reply([valueOf(one), valueOf(two), valueOf(other)]),
    reply([valueOf(one), valueOf(other)]),
    reply([valueOf(one), valueOf(one)]),
    reply([valueOf(one), { path: one, outcome: 'refused' }], [two]),
    reply([valueOf(one), valueOf(two), valueOf(one)]),
    reply([valueOf(one)], [other]),
    reply([valueOf(one)], [two, other]),
    reply([], [one, two]),
    { result: { results: [] } },
  ];
  for (const answer of wrong) {
    const service = fakeService();
    service.script.answer = () => answer;
    t.is(tagOf(await clientWith(service).client.get([ask(1), ask(2)])()), 'not_understood', JSON.stringify(answer));
  }
});

for (const identity of [newTokenIdentity(name), newKeyIdentity(name)]) {
  test(`a ${identity.kind} is registered under the fingerprint that both sides compute, and no other`, async (t) => {
    const service = fakeService();
    const { client } = clientWith(service, identity);
    service.script.answer = () => ({ result: { status: 'pending_approval', fingerprint: identityFingerprint(identity) } });
    t.like(await client.register(null)(), { right: { status: 'pending_approval' } });
    t.deepEqual(JSON.parse(service.seen[0]!.request.body), { service: 'billing', kind: identity.kind, serviceVersion: null });
    t.is(service.seen[0]?.request.subject, 'secrets.register.billing');
    service.script.answer = () => ({ result: { status: 'approved', fingerprint: fingerprintOf(1) } });
    t.is(tagOf(await client.register(null)()), 'distrusted');
  });
}

// Before the others: what they compute would hold up its pauses, and it has five seconds for all of it.
test.serial('while the connection is lost or hardly back it asks anew, under other ids, also where nobody is there yet; else it does not', async (t) => {
  const service = fakeService();
  service.script.answer = () => reply([valueOf('shop/S1')]);
  const failure = { _tag: 'unavailable', why: 'x', hint: 'y', delivered: 'maybe' } as const;
  service.script.arrives = (n) => (n === 1 || n === 4 ? failure : n === 2 ? { ...failure, delivered: 'no' } : undefined);
  service.script.isUnsettled = () => service.seen.length < 3;
  const { client } = clientWith(service);
  t.true(E.isRight(await client.get([ask(1)])()));
  t.is(new Set(service.seen.map(({ request }) => request.id)).size, 3);
  t.is(tagOf(await client.get([ask(1)])()), 'unavailable');
  t.is(service.seen.length, 4);
});

test('what was refused is not asked anew, whatever the connection does', async (t) => {
  const service = fakeService();
  service.script.isUnsettled = () => true;
  service.script.answer = () => ({ refusal: 'unauthorized' });
  t.is(tagOf(await clientWith(service).client.get([ask(1)])()), 'unauthorized');
  t.is(service.seen.length, 1);
});
