import test from 'ava';
import { makeFold } from '../../events/fold/fold.ts';
import { logCrypto, newHistory } from './history.ts';

test('a history is accepted by another fold, which comes to the same verdicts', (t) => {
  const history = newHistory();
  history.write('billing/stripe/KEY');
  const credential = history.approved('invoicer');
  history.grant('invoicer', 'billing/');
  const read = history.read({ service: 'invoicer', credential, paths: ['billing/stripe/KEY'] });
  t.like(read.verdict, { _tag: 'read', outcomes: [[{ result: 'allowed' }]] });
  const other = makeFold(history.subjects, logCrypto);
  t.deepEqual(history.messages.map((message) => other.apply(message)).at(-1), read);
  t.deepEqual(other.world, history.fold.world);
});
