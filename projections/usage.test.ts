import test from 'ava';
import fc from 'fast-check';
import type { UsageView } from '../protocol/views.ts';
import { BEGIN, newHistory, type History } from '../tests/support/history.ts';
import { digestOf, idOf } from '../tests/support/names.ts';
import { entriesAfter } from '../tests/support/stored.ts';

const PATH = 'billing/stripe/KEY';
const KEY = 'invoicer.billing.stripe.KEY';

const given = () => {
  const history = newHistory();
  history.write(PATH);
  return { history, attempt: { service: 'invoicer', credential: history.approved('invoicer'), paths: [PATH] } };
};

test('allowed and refused reads are counted apart, many in one message', (t) => {
  const { history, attempt } = given();
  history.read(attempt, { ...attempt, paths: [PATH, 'billing/NONE'] });
  history.pass(4);
  history.grant('invoicer', PATH);
  const { seq } = history.read(attempt, attempt, { ...attempt, paths: [PATH, PATH] });
  t.deepEqual(entriesAfter(history, 'usage')[KEY], {
    service: 'invoicer',
    path: PATH,
    allowed: 4,
    refused: 2,
    lastAllowedAt: BEGIN + 4,
    lastRefusedAt: BEGIN,
    seq,
  });
  t.like(entriesAfter(history, 'usage')['invoicer.='], { path: null, allowed: 0, refused: 1, lastAllowedAt: null });
});

test('a read of a namespace by an access key is one entry of that key, and none of a path', (t) => {
  const { history } = given();
  history.admin('namespace.access-key.issue', { namespace: 'billing/stripe', key: idOf(1), digest: digestOf(1) });
  history.read({ namespace: 'billing/stripe', key: idOf(1) });
  history.pass(4);
  history.read({ namespace: 'billing/stripe', key: idOf(1) }, { namespace: 'billing/stripe', key: idOf(1) });
  history.admin('namespace.access-key.revoke', { namespace: 'billing/stripe', key: idOf(1) });
  const { seq } = history.read({ namespace: 'billing/stripe', key: idOf(1) });
  const usage = { namespace: 'billing/stripe', key: idOf(1), allowed: 3, refused: 1, lastAllowedAt: BEGIN + 4, lastRefusedAt: BEGIN + 4, seq };
  t.deepEqual(entriesAfter(history, 'usage'), { [`=.=.billing.stripe.${idOf(1)}`]: usage });
});

test('reads of namespaces in one message are counted by their keys', (t) => {
  const { history } = given();
  for (const n of [1, 2]) history.admin('namespace.access-key.issue', { namespace: 'billing/stripe', key: idOf(n), digest: digestOf(n) });
  const by = (n: number) => ({ namespace: 'billing/stripe', key: idOf(n) });
  history.read(by(1), by(2), by(1), by(3), by(1));
  const entries = entriesAfter(history, 'usage');
  const counts = [1, 2, 3].map((n) => entries[`=.=.billing.stripe.${idOf(n)}`] as { readonly allowed: number; readonly refused: number });
  t.deepEqual(counts.map(({ allowed, refused }) => [allowed, refused]), [[3, 0], [1, 0], [0, 1]]);
});

test('a read that would spend a grant counts when the grant is spent, and only the one that spent it', (t) => {
  const { history, attempt } = given();
  history.grant('invoicer', PATH, { once: true });
  const read = history.read(attempt, attempt);
  t.deepEqual(entriesAfter(history, 'usage'), {});
  history.pass(2);
  const ref = { seq: read.seq, id: idOf(1) };
  const consume = { service: 'invoicer', credential: attempt.credential, target: PATH, path: PATH, read: ref };
  const { seq } = history.replica('access.consume', consume);
  t.like(entriesAfter(history, 'usage')[KEY], { allowed: 1, refused: 0, lastAllowedAt: BEGIN + 2, seq });
  history.read(attempt);
  t.like(entriesAfter(history, 'usage')[KEY], { allowed: 1, refused: 1 });
});

test('a read in a void message counts for nothing', (t) => {
  const { history, attempt } = given();
  const late = history.draft.read(attempt);
  history.pass(31_000);
  t.is(history.append(late).verdict._tag, 'void');
  t.deepEqual(entriesAfter(history, 'usage'), {});
});

test('given any paths that are asked for, then there are entries of known ones alone, and every read is counted', (t) => {
  const paths = fc.array(fc.stringMatching(/^[a-c]\/[A-Z]{1,8}$/), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(paths, fc.array(fc.nat(59), { maxLength: 5 }), (asked, places) => {
      const { history, attempt } = given();
      const known = new Set(places.flatMap((place) => asked[place] ?? []));
      for (const path of known) history.write(path);
      history.read(...asked.map((path) => ({ ...attempt, paths: [path] })));
      const entries = Object.values(entriesAfter(history, 'usage')) as ReadonlyArray<UsageView>;
      t.true(entries.length <= known.size + 1);
      t.true(entries.every(({ path }) => path === null || known.has(path)));
      t.is(entries.reduce((sum, { refused }) => sum + refused, 0), asked.length);
    }),
    { numRuns: 50 },
  );
});

for (const [what, tell] of [
  ['a stub', (history: History, read: number) => history.replica('secret.stub', { path: 'billing/NONE', service: 'invoicer', description: null, read })],
  ['a denial', (history: History) => history.deny('invoicer', 'billing/NONE')],
] as const) {
  test(`given ${what}, then its path has an entry of its own from there on`, (t) => {
    const { history, attempt } = given();
    const { seq } = history.read({ ...attempt, paths: ['billing/NONE'] });
    tell(history, seq);
    history.read({ ...attempt, paths: ['billing/NONE', 'billing/NEVER'] });
    t.like(entriesAfter(history, 'usage'), { 'invoicer.billing.NONE': { refused: 1 }, 'invoicer.=': { refused: 2 } });
  });
}
