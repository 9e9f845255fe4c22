import test from 'ava';
import { PENDING_MS } from '../events/world.ts';
import { BEGIN, FIRST_ADMIN, newHistory } from '../tests/support/history.ts';
import { digestOf, fingerprintOf, keyPairOf } from '../tests/support/names.ts';
import { entriesAfter } from '../tests/support/stored.ts';

const fingerprint = fingerprintOf(1);
const register = (n: number) => ({ service: 'invoicer', kind: 'token', verifier: digestOf(n), fingerprint: fingerprintOf(n) });

test('a registered credential is pending', (t) => {
  const history = newHistory();
  const { seq } = history.service(register(1));
  t.deepEqual(entriesAfter(history, 'services'), {
    invoicer: {
      service: 'invoicer',
      credentials: [
        { fingerprint, kind: 'token', status: 'pending', registeredAt: BEGIN, decidedAt: null, decidedBy: null, client: { name: 'test', version: '1' }, seq },
      ],
      seq,
    },
  });
});

test('each credential is decided by itself, and says by whom', (t) => {
  const history = newHistory();
  const one = history.approved('invoicer');
  history.service(register(2));
  history.pass(9);
  history.admin('service.deny', { service: 'invoicer', fingerprint: fingerprintOf(2), seen: history.seen.credential('invoicer', fingerprintOf(2)) });
  const { seq } = history.admin('service.revoke', { service: 'invoicer', fingerprint: one, seen: history.seen.credential('invoicer', one) });
  t.like(entriesAfter(history, 'services')['invoicer'], {
    seq,
    credentials: {
      0: { fingerprint: one, status: 'revoked', decidedAt: BEGIN + 9, decidedBy: FIRST_ADMIN, seq },
      1: { fingerprint: fingerprintOf(2), status: 'denied', seq: seq - 1 },
    },
  });
});

test('a key that an admin brings is approved at once', (t) => {
  const history = newHistory();
  history.admin('service.add', { service: 'invoicer', key: keyPairOf(9).publicKey, fingerprint });
  t.like(entriesAfter(history, 'services')['invoicer'], { credentials: { 0: { kind: 'key', status: 'approved', client: null } } });
});

test('what expires goes, the service with its last credential; what comes again is pending again', (t) => {
  const history = newHistory();
  history.service(register(1));
  history.service(register(2));
  history.pass(PENDING_MS);
  const { seq } = history.service(register(1));
  t.like(entriesAfter(history, 'services')['invoicer'], { credentials: { 0: { fingerprint, registeredAt: BEGIN + PENDING_MS, seq } } });
  history.replica('credential.expire', { service: 'invoicer', fingerprint: fingerprintOf(2) });
  history.pass(PENDING_MS);
  t.is((entriesAfter(history, 'services')['invoicer'] as { credentials: unknown[] }).credentials.length, 1);
  history.replica('credential.expire', { service: 'invoicer', fingerprint });
  t.deepEqual(entriesAfter(history, 'services'), {});
});
