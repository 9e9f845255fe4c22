import test from 'ava';
import { BEGIN, FIRST_ADMIN, newHistory, type History } from '../tests/support/history.ts';
import { idOf } from '../tests/support/names.ts';
import { entriesAfter } from '../tests/support/stored.ts';

const PATH = 'billing/stripe/KEY';
const KEY = 'invoicer.billing.stripe.KEY';
const ask = (history: History, target = PATH, service = 'invoicer') =>
  history.replica('access.request', { service, target, description: 'to pay', read: { seq: 1, id: idOf(1) } });

test('a request, and the decision about it, in one entry', (t) => {
  const history = newHistory();
  const asked = ask(history);
  const view = { service: 'invoicer', target: PATH, until: null, once: false, offline: null, spent: false, description: 'to pay', format: null, pattern: null, reason: null };
  t.deepEqual(entriesAfter(history, 'access')[KEY], {
    ...view,
    status: 'requested',
    requestedAt: BEGIN,
    decidedAt: null,
    decidedBy: null,
    seq: asked.seq,
  });
  history.pass(3);
  const granted = history.grant('invoicer', PATH, { duration: 1000, reason: 'ok' });
  t.deepEqual(entriesAfter(history, 'access')[KEY], {
    ...view,
    status: 'granted',
    until: BEGIN + 1003,
    reason: 'ok',
    requestedAt: BEGIN,
    decidedAt: BEGIN + 3,
    decidedBy: FIRST_ADMIN,
    seq: granted.seq,
  });
});

test('denied, revoked and asked again: nothing of the decision before it stays', (t) => {
  const history = newHistory();
  history.deny('invoicer', PATH);
  t.like(entriesAfter(history, 'access')[KEY], { status: 'denied', requestedAt: null });
  history.grant('invoicer', PATH, { once: true, duration: 9 });
  t.like(entriesAfter(history, 'access')[KEY], { status: 'granted', once: true });
  history.revoke('invoicer', PATH);
  t.like(entriesAfter(history, 'access')[KEY], { status: 'revoked', once: false, until: null });
  ask(history);
  t.like(entriesAfter(history, 'access')[KEY], { status: 'requested', decidedAt: null, decidedBy: null });
});

test('a grant for one read is spent by the event that says so', (t) => {
  const history = newHistory();
  history.write(PATH);
  const credential = history.approved('invoicer');
  history.grant('invoicer', PATH, { once: true });
  const read = history.read({ service: 'invoicer', credential, paths: [PATH] });
  t.like(entriesAfter(history, 'access')[KEY], { spent: false });
  const { seq } = history.replica('access.consume', { service: 'invoicer', credential, target: PATH, path: PATH, read: { seq: read.seq, id: idOf(1) } });
  t.like(entriesAfter(history, 'access')[KEY], { status: 'granted', spent: true, seq });
});

test('a grant of a prefix settles the open requests below it, for that service, as in the world', (t) => {
  const history = newHistory();
  for (const path of [PATH, 'billing/OTHER']) ask(history, path);
  ask(history, PATH, 'mailer');
  history.deny('invoicer', 'billing/stripe/NO');
  history.grant('invoicer', 'billing/stripe/');
  t.deepEqual(Object.keys(entriesAfter(history, 'access')).sort(), [
    'invoicer.billing.OTHER',
    'invoicer.billing.stripe.=',
    'invoicer.billing.stripe.NO',
    'mailer.billing.stripe.KEY',
  ]);
  history.revoke('invoicer', 'billing/stripe/');
  ask(history);
  t.like(entriesAfter(history, 'access')[KEY], { status: 'requested' });
});

test('what is expected moves the sequence of a request, which is to be decided by it, and of no grant', (t) => {
  const history = newHistory();
  const expectation = { format: 'uri', pattern: null };
  const changed = () => history.replica('access.expect', { service: 'invoicer', target: PATH, read: { seq: 1, id: idOf(1) }, ...expectation });
  ask(history);
  const { seq } = changed();
  t.like(entriesAfter(history, 'access')[KEY], { ...expectation, seq });
  const granted = history.grant('invoicer', PATH);
  expectation.format = 'uuid';
  changed();
  t.like(entriesAfter(history, 'access')[KEY], { ...expectation, seq: granted.seq });
});
