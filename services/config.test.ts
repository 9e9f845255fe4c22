import test from 'ava';
import { isLeft } from 'fp-ts/lib/Either.js';
import { orThrow } from '../tests/support/jetlock.ts';
import { sharedSecretFrom } from './config.ts';

test('a shared secret that can be guessed is refused, and not repeated', (t) => {
  for (const short of ['', 'hush', 'x'.repeat(15)]) {
    const refused = sharedSecretFrom({ JETLOCK_SHARED_SECRET: short });
    t.true(isLeft(refused));
    if (short !== '') t.false(JSON.stringify(refused).includes(short));
  }
  t.is(orThrow(sharedSecretFrom({})), undefined);
  t.is(orThrow(sharedSecretFrom({ JETLOCK_SHARED_SECRET: 'y'.repeat(16) }))?.reveal(), 'y'.repeat(16));
});
