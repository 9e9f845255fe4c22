import test from 'ava';
import { PENDING_MS } from '../events/world.ts';
import { BEGIN, newHistory, type History } from '../tests/support/history.ts';
import { digestOf, fingerprintOf, idOf } from '../tests/support/names.ts';
import { entriesAfter } from '../tests/support/stored.ts';

const fingerprint = fingerprintOf(1);
const PATH = 'billing/stripe/KEY';
const cards = (history: History) => Object.keys(entriesAfter(history, 'inbox')).sort();
const register = (history: History) => history.service({ service: 'invoicer', kind: 'token', verifier: digestOf(1), fingerprint });
const ask = (history: History, target = PATH, service = 'invoicer') =>
  history.replica('access.request', { service, target, description: 'to pay', read: { seq: 1, id: idOf(1) } });
const stub = (history: History, path = PATH) =>
  history.replica('secret.stub', { path, service: 'invoicer', description: 'to pay', read: 1 });

test('what waits for an admin has a card', (t) => {
  const history = newHistory();
  const [credential, access, missing] = [register(history), ask(history), stub(history)];
  const card = { service: 'invoicer', since: BEGIN };
  t.deepEqual(entriesAfter(history, 'inbox'), {
    [`credential.invoicer.${fingerprint}`]: { ...card, kind: 'credential', seq: credential.seq, fingerprint, client: { name: 'test', version: '1' } },
    'access.invoicer.billing.stripe.KEY': { ...card, kind: 'access', seq: access.seq, target: PATH, description: 'to pay', format: null, pattern: null },
    'missing.billing.stripe.KEY': { ...card, kind: 'missing', seq: missing.seq, path: PATH, description: 'to pay', format: null, pattern: null },
  });
});

for (const operation of ['service.approve', 'service.deny'] as const)
  test(`a credential has no card after ${operation}`, (t) => {
    const history = newHistory();
    const { seq } = register(history);
    history.admin(operation, { service: 'invoicer', fingerprint, seen: seq });
    t.deepEqual(cards(history), []);
  });

test('a credential has no card once it has expired', (t) => {
  const history = newHistory();
  register(history);
  history.pass(PENDING_MS);
  history.replica('credential.expire', { service: 'invoicer', fingerprint });
  t.deepEqual(cards(history), []);
});

for (const decide of ['grant', 'deny', 'revoke'] as const)
  test(`a request has no card after ${decide}`, (t) => {
    const history = newHistory();
    ask(history);
    history[decide]('invoicer', PATH);
    t.deepEqual(cards(history), []);
  });

test('a grant of a prefix clears what it covers, of that service alone', (t) => {
  const history = newHistory();
  ask(history);
  ask(history, 'billing/stripeX/KEY');
  ask(history, PATH, 'mailer');
  stub(history);
  history.grant('invoicer', 'billing/stripe/');
  t.deepEqual(cards(history), ['access.invoicer.billing.stripeX.KEY', 'access.mailer.billing.stripe.KEY', 'missing.billing.stripe.KEY']);
});

test('a revoked prefix clears nothing', (t) => {
  const history = newHistory();
  history.grant('invoicer', 'billing/');
  history.revoke('invoicer', 'billing/');
  ask(history);
  history.grant('invoicer', 'mail/');
  history.revoke('invoicer', 'mail/');
  t.deepEqual(cards(history), ['access.invoicer.billing.stripe.KEY']);
});

test('a missing value has no card once it is written, deleted, or gone with its namespace', (t) => {
  const history = newHistory();
  const paths = ['billing/stripe/A', 'billing/stripe/B', 'billing/stripe/C', 'billing/stripe/deep/D'];
  for (const path of paths) stub(history, path);
  history.write('billing/stripe/A');
  history.admin('secret.delete', { path: 'billing/stripe/B' });
  t.deepEqual(cards(history), ['missing.billing.stripe.C', 'missing.billing.stripe.deep.D']);
  history.admin('namespace.delete', { namespace: 'billing/stripe' });
  t.deepEqual(cards(history), ['missing.billing.stripe.deep.D']);
});

test('a missing value shows the words that it got since', (t) => {
  const history = newHistory();
  stub(history);
  const { seq } = history.admin('secret.describe', { path: PATH, description: 'other words' });
  t.like(entriesAfter(history, 'inbox')['missing.billing.stripe.KEY'], { description: 'other words', seq, since: BEGIN });
});
