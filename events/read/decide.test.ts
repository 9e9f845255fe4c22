import test from 'ava';
import fc from 'fast-check';
import { newHistory, type History } from '../../tests/support/history.ts';
import { fingerprintOf, idOf } from '../../tests/support/names.ts';
import { Fingerprint, SecretPath, ServiceName, sure } from '../vocabulary.ts';
import { OFFLINE_MS_MAX } from '../access/decide.ts';
import { decideRead } from './decide.ts';

const PATH = 'billing/stripe/KEY';

/** `allowed 1`, `spending billing/`, or the reason of a refusal. */
const reading = (history: History, path = PATH, { service = 'invoicer', credential = fingerprintOf(1) } = {}): string => {
  const wanted = { service: sure(ServiceName, service), credential: sure(Fingerprint, credential), paths: [sure(SecretPath, path)], offline: false };
  const [outcome] = decideRead(history.fold.world, wanted, Math.max(history.fold.world.now, history.now()));
  if (outcome?.result === 'refused') return outcome.reason;
  return outcome?.result === 'allowed' ? `allowed ${outcome.version.version}` : `spending ${outcome?.target}`;
};

const given = () => {
  const history = newHistory();
  history.write(PATH);
  history.approved('invoicer');
  return history;
};

test('an approved credential with a grant gets the version of now', (t) => {
  const history = given();
  t.is(reading(history), 'ungranted');
  history.grant('invoicer', PATH);
  t.is(reading(history), 'allowed 1');
  history.write(PATH);
  t.is(reading(history), 'allowed 2');
  t.is(reading(history, PATH, { credential: fingerprintOf(2) }), 'credential');
  t.is(reading(history, PATH, { service: 'other' }), 'credential');
});

test('a credential opens nothing before it is approved, nor after it is revoked', (t) => {
  const history = newHistory();
  history.write(PATH);
  history.grant('invoicer', PATH);
  history.service({ service: 'invoicer', kind: 'token', verifier: 'A'.repeat(43), fingerprint: fingerprintOf(1) });
  t.is(reading(history), 'credential');
  const decide = (operation: 'service.approve' | 'service.revoke') =>
    history.admin(operation, { service: 'invoicer', fingerprint: fingerprintOf(1), seen: history.seen.credential('invoicer', fingerprintOf(1)) });
  decide('service.approve');
  t.is(reading(history), 'allowed 1');
  decide('service.revoke');
  t.is(reading(history), 'credential');
});

test('a prefix opens everything below it, and what only looks like it stays shut', (t) => {
  const history = given();
  history.write('billing/stripeX/KEY');
  history.write('billing/KEY');
  history.grant('invoicer', 'billing/stripe/');
  t.is(reading(history), 'allowed 1');
  t.is(reading(history, 'billing/stripeX/KEY'), 'ungranted');
  t.is(reading(history, 'billing/KEY'), 'ungranted');
  history.grant('invoicer', 'billing/');
  t.is(reading(history, 'billing/stripeX/KEY'), 'allowed 1');
});

test('a denial wins over every prefix, until it is decided otherwise', (t) => {
  const history = given();
  history.grant('invoicer', 'billing/');
  history.grant('invoicer', 'billing/stripe/');
  history.deny('invoicer', PATH);
  t.is(reading(history), 'denied');
  t.is(reading(history, 'billing/stripe/NONE'), 'missing');
  history.grant('invoicer', 'billing/stripe/', { duration: 5 });
  t.is(reading(history), 'denied');
  history.grant('invoicer', PATH);
  t.is(reading(history), 'allowed 1');
});

test('a grant of a prefix leaves what was granted below it', (t) => {
  const history = given();
  history.grant('invoicer', PATH);
  history.grant('invoicer', 'billing/', { duration: 1000 });
  history.pass(1000);
  t.is(reading(history), 'allowed 1');
});

test('a revoke shuts at once', (t) => {
  const history = given();
  history.grant('invoicer', PATH);
  history.revoke('invoicer', PATH);
  t.is(reading(history), 'ungranted');
});

test('a grant ends by the time in the log, to the millisecond', (t) => {
  const history = given();
  history.grant('invoicer', PATH, { duration: 1000 });
  history.pass(999);
  t.is(reading(history), 'allowed 1');
  history.pass(1);
  t.is(reading(history), 'ungranted');
});

test('a grant for one read is used where no other opens, and only until it is spent', (t) => {
  const history = given();
  history.grant('invoicer', 'billing/', { once: true });
  t.is(reading(history), 'spending billing/');
  history.grant('invoicer', PATH, { once: true });
  t.is(reading(history), `spending ${PATH}`);
  const consume = { service: 'invoicer', credential: fingerprintOf(1), path: PATH, read: { seq: 1, id: idOf(1) } };
  history.replica('access.consume', { ...consume, target: PATH });
  t.is(reading(history), 'spending billing/');
  history.replica('access.consume', { ...consume, target: 'billing/' });
  t.is(reading(history), 'ungranted');
  history.grant('invoicer', PATH, { once: true });
  history.grant('invoicer', 'billing/stripe/');
  t.is(reading(history), 'allowed 1');
});

test('who has no grant is not told by the reason whether there is a value', (t) => {
  const history = given();
  t.is(reading(history, 'billing/stripe/NONE'), 'ungranted');
  history.grant('invoicer', 'billing/');
  t.is(reading(history, 'billing/stripe/NONE'), 'missing');
  history.admin('secret.disable', { path: PATH });
  t.is(reading(history), 'disabled');
  history.admin('secret.enable', { path: PATH });
  t.is(reading(history), 'allowed 1');
  history.admin('secret.delete', { path: PATH });
  t.is(reading(history), 'missing');
  history.replica('secret.stub', { path: PATH, service: 'invoicer', description: null, read: 1 });
  t.is(reading(history), 'missing');
});

test('a grant for one read is not spent on what has no value', (t) => {
  const history = given();
  history.grant('invoicer', 'billing/', { once: true });
  t.is(reading(history, 'billing/stripe/NONE'), 'missing');
});

/** How long the value may be used offline, from the read on; `none` for not at all. */
const offlineMs = (history: History, offline: boolean, path = PATH): number | string => {
  const now = Math.max(history.fold.world.now, history.now());
  const wanted = { service: sure(ServiceName, 'invoicer'), credential: sure(Fingerprint, fingerprintOf(1)), paths: [sure(SecretPath, path)], offline };
  const [outcome] = decideRead(history.fold.world, wanted, now);
  if (outcome?.result !== 'allowed') return outcome?.result ?? 'nothing';
  return outcome.offlineUntil === null ? 'none' : outcome.offlineUntil - now;
};

test('a value may be used offline where the grant says so and the read wants it, and only then', (t) => {
  const history = given();
  history.grant('invoicer', PATH);
  t.is(offlineMs(history, true), 'none');
  history.grant('invoicer', PATH, { offline: 60_000 });
  t.deepEqual([offlineMs(history, true), offlineMs(history, false)], [60_000, 'none']);
  history.revoke('invoicer', PATH);
  t.is(offlineMs(history, true), 'refused');
  history.grant('invoicer', PATH);
  t.is(offlineMs(history, true), 'none');
});

test('the grant of the path says it, else that of the longest prefix', (t) => {
  const history = given();
  history.grant('invoicer', 'billing/', { offline: 10_000 });
  t.is(offlineMs(history, true), 10_000);
  history.grant('invoicer', 'billing/stripe/', { offline: 20_000 });
  t.is(offlineMs(history, true), 20_000);
  history.grant('invoicer', PATH);
  t.is(offlineMs(history, true), 'none');
});

test('given any grant and any time of the read, then no value is used offline after the grant has ended, nor longer than it says', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), fc.nat(9_999), (duration, offline, later) => {
      const history = given();
      history.grant('invoicer', PATH, { duration, offline });
      history.pass(later);
      const ms = offlineMs(history, true);
      if (later >= duration) return t.is(ms, 'refused');
      t.is(ms, Math.min(offline, duration - later));
    }),
    { numRuns: 50 },
  );
});

test('what is for one read, or for longer than a week, is not granted for offline', (t) => {
  const history = given();
  const grant = (args: object) => history.decide.admin('access.grant', { service: 'invoicer', target: PATH, seen: 0, reason: null, duration: null, once: false, offline: null, ...args });
  t.like(grant({ once: true, offline: 1 }), { left: { code: 'malformed' } });
  t.like(grant({ offline: OFFLINE_MS_MAX + 1 }), { left: { code: 'malformed' } });
  t.is(grant({ offline: OFFLINE_MS_MAX })._tag, 'Right');
});
