import test from 'ava';
import { Id } from '../events/vocabulary.ts';
import { toBase64 } from './bytes.ts';
import { nonce24, randomBytes, randomId } from './random.ts';

test('every length is met, from none to more than one call gives', (t) => {
  for (const n of [0, 1, 16, 24, 4_096, 4_097, 65_536, 65_537, 200_000]) t.is(randomBytes(n).length, n);
});

test('long random bytes are random to their end', (t) => {
  const long = randomBytes(200_000);
  for (let at = 0; at + 64 <= long.length; at += 64) if (long.subarray(at, at + 64).every((byte) => byte === 0)) t.fail(`zeros at ${at}`);
  t.pass();
});

test('nothing is handed out twice, over many fillings of the pool', (t) => {
  const ids = Array.from({ length: 20_000 }, randomId);
  t.is(new Set(ids).size, ids.length);
  t.true(ids.slice(0, 100).every(Id.is));
  t.false(ids.some((id) => id.startsWith('-')), 'which would be an option where it is typed');
});

test('every byte value comes up about as often', (t) => {
  const counts = new Array<number>(256).fill(0);
  for (let i = 0; i < 10_000; i += 1) for (const byte of randomBytes(32)) counts[byte] = (counts[byte] ?? 0) + 1;
  // 1,250 expected of each; ten standard deviations (35 each) leave no room for chance.
  t.true(counts.every((count) => Math.abs(count - 1_250) < 350));
});

test('what was handed out shares no memory with the pool', (t) => {
  const [one, other] = [nonce24(), nonce24()];
  t.is(one.buffer.byteLength, 24);
  const before = toBase64(other);
  one.fill(0);
  t.is(toBase64(other), before);
});

test.serial('what was handed out is not left behind in the pool', (t) => {
  const original = globalThis.crypto.getRandomValues.bind(globalThis.crypto);
  let pool = new Uint8Array();
  const spy = (bytes: Uint8Array<ArrayBuffer>) => (pool = original(bytes));
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: spy, configurable: true });
  let last = new Uint8Array() as Uint8Array;
  for (let i = 0; i < 2_000 && pool.length === 0; i += 1) last = randomBytes(32);
  Reflect.deleteProperty(globalThis.crypto, 'getRandomValues');

  t.true(pool.length > 32);
  t.true(pool.subarray(0, 32).every((byte) => byte === 0));
  t.false(last.every((byte) => byte === 0));
  t.false(pool.subarray(32, 64).every((byte) => byte === 0));
});
