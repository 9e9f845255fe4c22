import test from 'ava';
import * as t from 'io-ts';
import { makeFold } from '../events/fold/fold.ts';
import { logCrypto, newHistory } from '../tests/support/history.ts';
import { newModels } from './models.ts';
import { factsOf } from './projection.ts';
import { encodeEntry } from './text.ts';

test('an entry is the same text however it came about', (t_) => {
  const codec = t.strict({ b: t.array(t.strict({ d: t.number, c: t.number })), a: t.null });
  const one = encodeEntry(codec, { a: null, b: [{ c: 1, d: 2 }] });
  t_.is(one, '{"a":null,"b":[{"c":1,"d":2}]}');
  t_.is(encodeEntry(codec, { b: [{ d: 2, c: 1 }], a: null, more: 'not in the codec' } as never), one);
});

test('what changed is named, and nothing else', (t_) => {
  const history = newHistory();
  history.write('billing/KEY');
  const models = newModels((text) => text);
  const fold = makeFold(history.subjects, logCrypto);
  const changed = history.messages.map((message) => models.apply(factsOf(fold.apply(message), fold.world)));
  t_.deepEqual(changed, [[], [{ bucket: 'catalog', key: '=.billing' }], [{ bucket: 'catalog', key: 'billing.KEY' }]]);
});
