/** Whose signature vouches for what: keys that went with the one that they came of vouch for nothing any more. */
import test from 'ava';
import type { StateRecord } from '../events/record.ts';
import { FIRST_ADMIN, newHistory } from '../tests/support/history.ts';
import { keyPairOf } from '../tests/support/names.ts';
import { fromUtf8 } from '../crypto/bytes.ts';
import { makeSigners } from './signers.ts';

test('given a circle of keys that came of a stolen one, when that is removed with all, then the auditor takes no word of them, and that of who signed for it', (t) => {
  const history = newHistory();
  const by = (n: number) => ({ admin: FIRST_ADMIN, key: keyPairOf(n) });
  const about = (operation: 'admin.key.add' | 'admin.key.remove' | 'admin.key.remove-all', n: number, signer: number) =>
    history.admin(operation, { admin: FIRST_ADMIN, key: keyPairOf(n).publicKey, ...(operation === 'admin.key.add' ? { label: null } : {}) }, by(signer));
  about('admin.key.add', 2, 1);
  about('admin.key.add', 3, 2);
  about('admin.key.add', 4, 3);
  about('admin.key.remove', 3, 4);
  about('admin.key.add', 3, 4);
  about('admin.key.remove', 1, 2);
  about('admin.key.add', 1, 2);
  const drafts = [1, 2, 3, 4].map((n) => history.draft.admin('admin.logout', { admin: FIRST_ADMIN }, by(n)));
  about('admin.key.remove-all', 2, 1);
  const lookedAt = makeSigners();
  for (const draft of drafts) history.append(draft);
  t.deepEqual(history.messages.map(({ data }) => lookedAt(JSON.parse(fromUtf8(data)) as StateRecord).anchor).slice(-4), [true, false, false, false]);
});

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
