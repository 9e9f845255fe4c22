import test from 'ava';
import { hashBytes } from './hash.ts';
import { inMemory } from './memory.ts';
import { randomBytes } from './random.ts';
import { sodium } from './sodium.ts';

test('what was there is wiped, also when the work throws', (t) => {
  let at = 0;
  const write = (address: number, memory: Uint8Array): void => {
    at = address;
    memory.fill(9, address, address + 100);
  };
  inMemory(100, write);
  t.deepEqual(inMemory(0, (_, memory) => memory.slice(at, at + 100)), new Uint8Array(100));
  const failing = (address: number, memory: Uint8Array): void => {
    write(address, memory);
    throw new Error('in the middle');
  };
  t.throws(() => inMemory(100, failing), { message: 'in the middle' });
  t.deepEqual(inMemory(0, (_, memory) => memory.slice(at, at + 100)), new Uint8Array(100));
});

test('it grows with what it is asked for, beyond what libsodium began with', (t) => {
  for (const bytes of [1, 100_000, 1_000_000, 8_000_000, 3]) {
    const message = new Uint8Array(bytes).fill(bytes % 251);
    t.deepEqual(hashBytes(message), sodium.crypto_generichash(32, message, null), `${bytes} bytes`);
  }
});

test('a hash under a key is libsodium\u2019s own, for keys of 16 to 64 bytes only', (t) => {
  const message = randomBytes(300);
  for (const length of [16, 32, 64]) {
    const key = randomBytes(length);
    t.deepEqual(hashBytes(message, key), sodium.crypto_generichash(32, message, key));
  }
  for (const length of [0, 15, 65, 100_000]) t.throws(() => hashBytes(message, new Uint8Array(length)), { instanceOf: RangeError }, `${length} bytes`);
});
