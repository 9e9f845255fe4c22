import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { holds } from './needles.ts';

const encodings = ['base64', 'base64url', 'hex', 'latin1'] as const;

test('a secret is found in every form, wherever it stands, and only if it is there', (t) => {
  const some = fc.uint8Array({ maxLength: 20 });
  const placed = fc.property(some, some, fc.uint8Array({ minLength: 12, maxLength: 60 }), (before, after, secret) => {
    const hay = Buffer.concat([before, secret, after]);
    return encodings.every((encoding) => holds(Buffer.from(hay.toString(encoding), 'latin1'), [secret]));
  });
  t.notThrows(() => fc.assert(placed));
  t.true(holds(Buffer.from(Buffer.from('abcdefghijkl').toString('hex').toUpperCase()), ['abcdefghijkl']));
  t.false(holds(randomBytes(10_000), [randomBytes(12)]));
});
