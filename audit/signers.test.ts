/** Whose signature vouches for what: keys that went with the one that they came of vouch for nothing any more. */
import test from 'ava';
import type { StateRecord } from '../events/record.ts';
import { FIRST_ADMIN, newHistory } from '../tests/support/history.ts';
import { keyPairOf } from '../tests/support/names.ts';
import { fromUtf8 } from '../crypto/bytes.ts';
import { makeSigners } from './signers.ts';

test('what a key has signed for goes with it where it was removed with all, and what others signed for stays', (t) => {
  const history = newHistory();
  const by = (n: number) => ({ admin: FIRST_ADMIN, key: keyPairOf(n) });
  const adding = (n: number, signer: number) => history.admin('admin.key.add', { admin: FIRST_ADMIN, key: keyPairOf(n).publicKey, label: null }, by(signer));
  adding(2, 1);
  adding(3, 2);
  adding(4, 3);
  adding(5, 1);
  const lookedAt = makeSigners();
  let seen = 0;
  const look = () => history.messages.slice(seen, (seen = history.messages.length)).map(({ data }) => lookedAt(JSON.parse(fromUtf8(data)) as StateRecord));
  t.deepEqual(look().slice(1).map(({ anchor }) => anchor), [true, true, true, true]);
  const drafts = [1, 2, 3, 4, 5].map((n) => history.draft.admin('admin.logout', { admin: FIRST_ADMIN }, by(n)));
  history.admin('admin.key.remove', { admin: FIRST_ADMIN, key: keyPairOf(3).publicKey });
  history.admin('admin.key.remove-all', { admin: FIRST_ADMIN, key: keyPairOf(2).publicKey });
  look();
  for (const draft of drafts) history.append(draft);
  t.deepEqual(look().map(({ anchor }) => anchor), [true, false, false, false, true]);
});
