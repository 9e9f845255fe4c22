import test from 'ava';
import { isLeft } from 'fp-ts/lib/Either.js';
import { newHistory, type History } from '../../tests/support/history.ts';
import { cameTo } from '../../tests/support/decisions.ts';
import { idOf } from '../../tests/support/names.ts';
import { REQUESTS_OF_A_SERVICE_MAX } from './decide.ts';

const PATH = 'billing/stripe/KEY';
const about = { service: 'invoicer', target: PATH };
const read = { seq: 1, id: idOf(1) };
const asked = (target = PATH) => ({ service: 'invoicer', target, description: null, read });
const request = (history: History, target = PATH) => cameTo(history.decide.replica('access.request', asked(target)));
const decision = (history: History, more: object = {}) => ({ ...about, seen: history.seen.access(about), reason: null, ...more });
const grant = { duration: null, once: false, offline: null };

test('a request is made once, and not again for what is denied or open', (t) => {
  const history = newHistory();
  t.is(request(history), 'AccessRequested');
  history.replica('access.request', asked());
  t.is(request(history), 'nothing');
  history.deny('invoicer', PATH);
  t.is(request(history), 'nothing');
  history.grant('invoicer', PATH);
  t.is(request(history), 'nothing');
  history.revoke('invoicer', PATH);
  t.is(request(history), 'AccessRequested');
});

test('what a prefix opens is not asked for, until the prefix has gone', (t) => {
  const history = newHistory();
  history.grant('invoicer', 'billing/', { duration: 1000 });
  t.is(request(history), 'nothing');
  t.is(cameTo(history.decide.replica('access.request', { ...asked(), service: 'other' })), 'AccessRequested');
  history.pass(1000);
  t.is(request(history), 'AccessRequested');
});

test('what expired is asked for again', (t) => {
  const history = newHistory();
  history.grant('invoicer', PATH, { duration: 1000 });
  history.pass(999);
  t.is(request(history), 'nothing');
  history.pass(1);
  t.is(request(history), 'AccessRequested');
});

test('a grant of a prefix settles the requests below it: they are asked again once it has gone', (t) => {
  const history = newHistory();
  history.replica('access.request', asked());
  history.grant('invoicer', 'billing/');
  t.is(history.seen.access(about), 0);
  history.revoke('invoicer', 'billing/');
  t.is(request(history), 'AccessRequested');
});

test('a service has so many open requests and no more, until some are decided', (t) => {
  const history = newHistory();
  for (let i = 0; i < REQUESTS_OF_A_SERVICE_MAX; i += 1) history.replica('access.request', asked(`billing/S${i}`));
  t.is(request(history), 'too_many');
  t.is(cameTo(history.decide.replica('access.request', { ...asked(), service: 'other' })), 'AccessRequested');
  history.deny('invoicer', 'billing/S1');
  t.is(request(history), 'AccessRequested');
  history.replica('access.request', asked());
  t.is(request(history, 'mail/KEY'), 'too_many');
  history.grant('invoicer', 'billing/');
  t.is(request(history, 'mail/KEY'), 'AccessRequested');
});

test('a decision holds only for what the admin saw', (t) => {
  const history = newHistory();
  history.replica('access.request', asked());
  for (const operation of ['access.grant', 'access.deny', 'access.revoke'] as const) {
    const how = operation === 'access.grant' ? grant : {};
    t.is(cameTo(history.decide.admin(operation, decision(history, { ...how, seen: 0 }))), 'changed', operation);
    t.not(cameTo(history.decide.admin(operation, decision(history, how))), 'changed', operation);
  }
});

test('a denial names one path, and is made once', (t) => {
  const history = newHistory();
  t.is(cameTo(history.decide.admin('access.deny', { service: 'invoicer', target: 'billing/', seen: 0, reason: null })), 'malformed');
  history.deny('invoicer', PATH);
  t.is(cameTo(history.decide.admin('access.deny', decision(history))), 'nothing');
});

test('a revoke that would change nothing says why', (t) => {
  const history = newHistory();
  const revoke = () => cameTo(history.decide.admin('access.revoke', decision(history)));
  t.is(revoke(), 'not_granted');
  history.grant('invoicer', 'billing/');
  t.is(revoke(), 'opened_by_prefix');
  history.revoke('invoicer', 'billing/');
  history.grant('invoicer', PATH);
  t.is(revoke(), 'AccessRevoked');
  history.revoke('invoicer', PATH);
  t.is(revoke(), 'nothing');
});

const refusalOf = (result: ReturnType<History['decide']['admin']>) => (isLeft(result) ? result.left : 'allowed');
const revoked = (history: History, target: string) => {
  const seen = history.seen.access({ service: 'invoicer', target });
  return refusalOf(history.decide.admin('access.revoke', { service: 'invoicer', target, seen, reason: null }));
};

test('given a grant of a wider prefix, when a narrower one is revoked, then it is refused and the wider one named', (t) => {
  const history = newHistory();
  history.grant('invoicer', 'billing/');
  const refused = { code: 'opened_by_prefix', detail: 'billing/' };
  t.deepEqual(revoked(history, 'billing/stripe/'), refused);
  history.grant('invoicer', 'billing/stripe/');
  t.deepEqual(revoked(history, 'billing/stripe/'), refused);
  t.deepEqual(revoked(history, PATH), { ...refused, detail: 'billing/stripe/' });
});

test('given a narrower grant, when the wider one has ended, then it is revoked, and the wider one always could be', (t) => {
  const history = newHistory();
  history.grant('invoicer', 'billing/', { duration: 1000 });
  history.grant('invoicer', 'billing/stripe/');
  t.is(revoked(history, 'billing/'), 'allowed');
  t.deepEqual(revoked(history, 'bill/stripe/'), { code: 'not_granted', detail: 'invoicer to bill/stripe/' });
  history.pass(1000);
  t.is(revoked(history, 'billing/stripe/'), 'allowed');
});

test('given a denial under an open prefix, when it is revoked, then it is refused, since that would open the path', (t) => {
  const history = newHistory();
  history.deny('invoicer', PATH);
  t.is(revoked(history, PATH), 'allowed');
  history.grant('invoicer', 'billing/');
  t.deepEqual(revoked(history, PATH), { code: 'opened_by_prefix', detail: 'billing/' });
});

test('a grant for one read is spent once, on what it opens', (t) => {
  const history = newHistory();
  history.write(PATH);
  const credential = history.approved('invoicer');
  const consume = (more: object = {}) => cameTo(history.decide.replica('access.consume', { ...about, credential, path: PATH, read, ...more }));
  t.is(consume(), 'spent');
  history.grant('invoicer', PATH, { once: true });
  t.is(consume(), 'AccessConsumed');
  t.is(consume({ target: 'billing/' }), 'spent');
  history.replica('access.consume', { ...about, credential, path: PATH, read });
  t.is(consume(), 'spent');
  history.grant('invoicer', PATH, { once: true });
  t.is(consume(), 'AccessConsumed');
  history.revoke('invoicer', PATH);
  t.is(consume(), 'spent');
  history.grant('invoicer', PATH);
  t.is(consume(), 'spent');
});

test('between the read and its spending the credential or the time may have gone', (t) => {
  const history = newHistory();
  history.write(PATH);
  const credential = history.approved('invoicer');
  history.grant('invoicer', PATH, { once: true, duration: 1000 });
  const consume = () => cameTo(history.decide.replica('access.consume', { ...about, credential, path: PATH, read }));
  t.is(consume(), 'AccessConsumed');
  history.pass(1000);
  t.is(consume(), 'spent');
  history.grant('invoicer', PATH, { once: true });
  history.admin('service.revoke', { service: 'invoicer', fingerprint: credential, seen: history.seen.credential('invoicer', credential) });
  t.is(consume(), 'spent');
});
