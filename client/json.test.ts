import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { utf8 } from '../crypto/bytes.ts';
import { decodeJson, toJson } from './json.ts';

const Codec = t.strict({ name: t.literal('a'), inner: t.strict({ n: t.number }, 'Inner') }, 'Codec');

test('what fits is decoded, without what the codec does not name', (t_) => {
  t_.deepEqual(decodeJson(Codec)(toJson({ name: 'a', inner: { n: 1 }, more: 2 })), E.right({ name: 'a', inner: { n: 1 } }));
});

test('what does not fit is described by its fields alone', (t_) => {
  const wrong = [utf8('{"name":canary'), utf8('canary'), new Uint8Array([0xff, ...utf8('canary')]), toJson({ name: 'canary', inner: { n: 'canary' } }), toJson('canary')];
  for (const bytes of wrong) {
    const result = decodeJson(Codec)(bytes);
    t_.true(E.isLeft(result));
    t_.notRegex(JSON.stringify(result), /cana/);
  }
  t_.deepEqual(decodeJson(Codec)(toJson({ name: 'a', inner: { n: '1' } })), E.left('inner.n: expected number'));
});
