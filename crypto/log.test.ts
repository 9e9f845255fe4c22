import test from 'ava';
import fc from 'fast-check';
import { Digest } from '../events/vocabulary.ts';
import { concat, fromBase64, utf8 } from './bytes.ts';
import { frame } from './frame.ts';
import { hash } from './hash.ts';
import { logMac, messageHash, nextHead, noHead } from './log.ts';
import { randomBytes } from './random.ts';
import { sodium } from './sodium.ts';
import { allFlipped, anyBytes } from './testing.ts';

const key = randomBytes(32);
const SUBJECT = 'secrets.events.state.keyring';
const data = utf8('{"type":"KeyAdded"}');

test('a MAC is keyed BLAKE2b over the frame, whatever was framed before', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.maxSafeNat(), anyBytes, (subject, prev, bytes) => {
      const expected = sodium.crypto_generichash(32, frame('jetlock log v1', subject, prev, bytes), key);
      t.deepEqual(fromBase64(logMac(key, subject, prev, bytes)), expected);
    }),
  );
});

test('a message longer than all before it is framed whole', (t) => {
  for (const length of [16_383, 16_384, 524_288, 3]) {
    const bytes = randomBytes(length);
    t.is(nextHead(noHead, 1, SUBJECT, bytes), hash(frame('jetlock head v1', new Uint8Array(32), 1, SUBJECT, bytes)));
    t.deepEqual(fromBase64(logMac(key, SUBJECT, 1, bytes)), sodium.crypto_generichash(32, frame('jetlock log v1', SUBJECT, 1, bytes), key));
  }
});

test('any change of key, subject, place or content makes another MAC', (t) => {
  const macs = [
    logMac(key, SUBJECT, 1, data),
    logMac(key, `${SUBJECT}s`, 1, data),
    logMac(key, SUBJECT, 2, data),
    logMac(key, SUBJECT, 1, concat(data, Uint8Array.of(0))),
    ...allFlipped(data).map((other) => logMac(key, SUBJECT, 1, other)),
    ...allFlipped(key).map((other) => logMac(other, SUBJECT, 1, data)),
  ];
  t.is(new Set(macs).size, macs.length);
});

test('any change of what went before, place, subject or content makes another head', (t) => {
  const heads = [
    noHead,
    nextHead(noHead, 1, SUBJECT, data),
    nextHead(messageHash(data), 1, SUBJECT, data),
    nextHead(noHead, 2, SUBJECT, data),
    nextHead(noHead, 1, `${SUBJECT}s`, data),
    ...allFlipped(data).map((other) => nextHead(noHead, 1, SUBJECT, other)),
  ];
  t.is(new Set(heads).size, heads.length);
  t.true(heads.every(Digest.is));
});
