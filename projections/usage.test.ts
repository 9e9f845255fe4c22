import test from 'ava';
import { BEGIN, newHistory } from '../tests/support/history.ts';
import { idOf } from '../tests/support/names.ts';
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
  t.like(entriesAfter(history, 'usage')['invoicer.billing.NONE'], { allowed: 0, refused: 1, lastAllowedAt: null });
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
