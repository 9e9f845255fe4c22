import test from 'ava';
import { newHistory, type History } from '../../tests/support/history.ts';
import { cameTo } from '../../tests/support/decisions.ts';
import { digestOf, fingerprintOf, keyPairOf } from '../../tests/support/names.ts';
import { PENDING_MS } from '../world.ts';
import { PENDING_MAX, PENDING_OF_A_SERVICE_MAX } from './decide.ts';

const fingerprint = fingerprintOf(1);
const token = (n = 1, service = 'invoicer') => ({ service, kind: 'token', verifier: digestOf(n), fingerprint: fingerprintOf(n) });
const register = (history: History, n = 1, service = 'invoicer') => cameTo(history.decide.service(token(n, service)));
const seen = (history: History) => ({ service: 'invoicer', fingerprint, seen: history.seen.credential('invoicer', fingerprint) });

const operations = ['service.approve', 'service.deny', 'service.revoke'] as const;
const states: Readonly<Record<'pending' | 'approved' | 'denied' | 'revoked' | 'expired', () => History>> = {
  pending: () => {
    const history = newHistory();
    history.service(token());
    return history;
  },
  approved: () => {
    const history = newHistory();
    history.approved('invoicer');
    return history;
  },
  denied: () => {
    const history = states.pending();
    history.admin('service.deny', seen(history));
    return history;
  },
  revoked: () => {
    const history = states.approved();
    history.admin('service.revoke', seen(history));
    return history;
  },
  expired: () => {
    const history = states.pending();
    history.pass(PENDING_MS);
    return history;
  },
};

const expected = {
  pending: ['CredentialApproved', 'CredentialDenied', 'not_pending'],
  approved: ['not_pending', 'not_pending', 'CredentialRevoked'],
  denied: ['not_pending', 'not_pending', 'not_pending'],
  revoked: ['not_pending', 'not_pending', 'not_pending'],
  expired: ['not_pending', 'not_pending', 'not_pending'],
} as const;

for (const [state, outcomes] of Object.entries(expected) as ReadonlyArray<[keyof typeof states, ReadonlyArray<string>]>)
  test(`approve, deny and revoke of a credential that is ${state}: ${outcomes.join(', ')}`, (t) => {
    const history = states[state]();
    t.deepEqual(operations.map((operation) => cameTo(history.decide.admin(operation, seen(history)))), [...outcomes]);
  });

for (const [state, outcome] of Object.entries({ pending: 'nothing', approved: 'nothing', denied: 'nothing', revoked: 'nothing', expired: 'CredentialRegistered' }))
  test(`registering again what is ${state}: ${outcome}`, (t) => {
    t.is(register(states[state as keyof typeof states]()), outcome);
  });

test('a decision holds only for the credential that the admin saw, as it was', (t) => {
  const history = states.pending();
  for (const operation of operations) {
    t.is(cameTo(history.decide.admin(operation, { ...seen(history), seen: 1 })), 'changed');
    t.is(cameTo(history.decide.admin(operation, { ...seen(history), fingerprint: fingerprintOf(2) })), 'not_found');
    t.is(cameTo(history.decide.admin(operation, { ...seen(history), service: 'other' })), 'not_found');
  }
});

test('a pending credential is one until the last millisecond of its day', (t) => {
  const history = states.pending();
  history.pass(PENDING_MS - 1);
  t.is(cameTo(history.decide.admin('service.approve', seen(history))), 'CredentialApproved');
  t.is(cameTo(history.decide.replica('credential.expire', { service: 'invoicer', fingerprint })), 'nothing');
  history.pass(1);
  t.is(cameTo(history.decide.admin('service.approve', seen(history))), 'not_pending');
  t.is(cameTo(history.decide.replica('credential.expire', { service: 'invoicer', fingerprint })), 'CredentialExpired');
});

test('what was decided does not expire', (t) => {
  const history = states.approved();
  history.pass(2 * PENDING_MS);
  t.is(cameTo(history.decide.replica('credential.expire', { service: 'invoicer', fingerprint })), 'nothing');
});

test('a service has so many pending credentials and no more, until some are decided or expired', (t) => {
  const history = newHistory();
  for (let n = 1; n <= PENDING_OF_A_SERVICE_MAX; n += 1) history.service(token(n));
  t.is(register(history, 99), 'too_many');
  t.is(register(history, 1), 'nothing');
  t.is(register(history, 99, 'other'), 'CredentialRegistered');
  history.admin('service.deny', seen(history));
  t.is(register(history, 99), 'CredentialRegistered');
  history.service(token(99));
  t.is(register(history, 98), 'too_many');
  history.pass(PENDING_MS);
  t.is(register(history, 98), 'CredentialRegistered');
});

test('all services together have so many pending credentials and no more', (t) => {
  const history = newHistory();
  for (let n = 0; n < PENDING_MAX; n += 1) history.service(token(n, `service-${n % 100}`));
  t.is(register(history, PENDING_MAX, 'another'), 'too_many');
  history.pass(PENDING_MS);
  t.is(register(history, PENDING_MAX, 'another'), 'CredentialRegistered');
});

test('a key that an admin brings is registered and approved at once', (t) => {
  const history = newHistory();
  const add = () => cameTo(history.decide.admin('service.add', { service: 'invoicer', key: keyPairOf(9).publicKey, fingerprint }));
  t.is(add(), 'CredentialRegistered CredentialApproved');
  history.service(token());
  t.is(add(), 'CredentialApproved');
  history.admin('service.approve', seen(history));
  t.is(add(), 'nothing');
});
