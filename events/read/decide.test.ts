import test from 'ava';
import { newHistory, type History } from '../../tests/support/history.ts';
import { fingerprintOf, idOf } from '../../tests/support/names.ts';
import { Fingerprint, SecretPath, ServiceName, sure } from '../vocabulary.ts';
import { decideRead } from './decide.ts';

const PATH = 'billing/stripe/KEY';

/** `allowed 1`, `spending billing/`, or the reason of a refusal. */
const reading = (history: History, path = PATH, { service = 'invoicer', credential = fingerprintOf(1) } = {}): string => {
  const wanted = { service: sure(ServiceName, service), credential: sure(Fingerprint, credential), paths: [sure(SecretPath, path)] };
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
