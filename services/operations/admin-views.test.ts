import test from 'ava';
import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import { SIGNED_SHOWN } from '../../protocol/views.ts';
import { FIRST_ADMIN, newHistory } from '../../tests/support/history.ts';
import { digestOf, idOf, keyPairOf } from '../../tests/support/names.ts';
import { signedView } from './admin-views.ts';

test('given more tokens of a key than are shown, when it is asked what came of it, then the first are there and how many there are', (t) => {
  const history = newHistory();
  const count = SIGNED_SHOWN + 50;
  for (let n = 0; n < count; n += 1)
    history.admin('token.issue', { admin: FIRST_ADMIN, token: idOf(2_000 + n), label: `t-${n}`, role: 'writer', digest: digestOf(2_000 + n), until: history.now() + 60_000 });
  const print = publicKeyFingerprint(keyPairOf(1).publicKey);
  const view = signedView(history.fold.world, print, history.now());
  t.deepEqual([view?.tokens.length, view?.total], [SIGNED_SHOWN, count]);
  t.like(view?.tokens[0], { label: 't-0', issuedBy: print });
});
