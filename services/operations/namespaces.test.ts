/** How much one access key changes, and how many namespaces are made: nothing of it is carried out for real. */
import test from 'ava';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { utf8 } from '../../crypto/bytes.ts';
import { newSalt } from '../../crypto/hash.ts';
import { Namespace, SecretName, sure } from '../../events/vocabulary.ts';
import { idOf } from '../../tests/support/names.ts';
import { CHANGES_BY_KEY, CREATIONS, makeNamespaces } from './namespaces.ts';

const done = () => Promise.resolve(right({ repeated: false }));
const setUp = () => makeNamespaces({ replica: {}, execute: done, prepare: () => done, carryOut: done } as never, () => 1_000);
const keyOf = (n: number) => ({ id: idOf(n), namespace: sure(Namespace, 'some/where') });
const KEY = sure(SecretName, 'KEY');

const codeOf = (answer: unknown): string => {
  const { left } = answer as { readonly left?: { readonly code: string } };
  return left?.code ?? 'done';
};

test('one access key changes as much as it may, by whatever it does, and another is not held up by that', async (t) => {
  const namespaces = setUp();
  const write = (n: number) => namespaces.write(keyOf(n), idOf(9), KEY, { salt: newSalt(), value: utf8('v') });
  for (let n = 0; n < CHANGES_BY_KEY.atOnce; n += 1) if (isLeft(await write(1))) return t.fail(`busy after ${n}`);
  const answers = await Promise.all([write(1), namespaces.delete(keyOf(1), idOf(9), KEY), namespaces.deleteAll(keyOf(1), idOf(9)), write(2)]);
  t.deepEqual(answers.map(codeOf), ['busy', 'busy', 'busy', 'done']);
});

test('so many namespaces are made at once, whoever makes them', async (t) => {
  const namespaces = setUp();
  for (let n = 0; n < CREATIONS.atOnce; n += 1) if (isLeft(await namespaces.create(null))) return t.fail(`busy after ${n}`);
  t.is(codeOf(await namespaces.create(null)), 'busy');
});
