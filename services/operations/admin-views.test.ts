import test from 'ava';
import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import type { Paging } from '../../projections/page.ts';
import { LIMIT_MAX, type Limit, type Page } from '../../protocol/paging.ts';
import { SIGNED_SHOWN } from '../../protocol/views.ts';
import { FIRST_ADMIN, newHistory, type History } from '../../tests/support/history.ts';
import { digestOf, idOf, keyPairOf } from '../../tests/support/names.ts';
import { adminPage, signedView, tokenPage } from './admin-views.ts';

const issue = (history: History, count: number): void => {
  for (let n = 0; n < count; n += 1)
    history.admin('token.issue', { admin: FIRST_ADMIN, token: idOf(2_000 + n), label: `t-${n}`, role: 'writer', digest: digestOf(2_000 + n), until: history.now() + 60_000 });
};

/** All items of a list, asked for page by page, and how many pages that took. */
const all = <A>(ask: (wanted: Paging) => Page<A>) => {
  const items: A[] = [];
  for (let pages = 1, after: string | null = null; ; pages += 1) {
    const page = ask({ limit: LIMIT_MAX as Limit, after });
    items.push(...page.items);
    if (page.next === null) return { items, pages };
    after = page.next;
  }
};

test('given more tokens and admins than a page holds, then the pages have each of them once', (t) => {
  const history = newHistory();
  issue(history, LIMIT_MAX + 1);
  for (let n = 0; n < LIMIT_MAX; n += 1) history.admin('admin.add', { admin: `ann-${n}`, key: keyPairOf(2 + n).publicKey, role: 'auditor' });
  const { world } = history.fold;
  const tokens = all((wanted) => tokenPage(world, history.now(), wanted));
  t.deepEqual([tokens.pages, new Set(tokens.items.map(({ label }) => label)).size], [2, LIMIT_MAX + 1]);
  const admins = all((wanted) => adminPage(world, wanted));
  t.deepEqual([admins.pages, new Set(admins.items.map(({ admin }) => admin)).size], [2, LIMIT_MAX + 1]);
});

test('given more tokens of a key than are shown, when it is asked what came of it, then the first are there and how many there are', (t) => {
  const history = newHistory();
  const count = SIGNED_SHOWN + 50;
  issue(history, count);
  const print = publicKeyFingerprint(keyPairOf(1).publicKey);
  const view = signedView(history.fold.world, print, history.now());
  t.deepEqual([view?.tokens.length, view?.total], [SIGNED_SHOWN, count]);
  t.like(view?.tokens[0], { label: 't-0', issuedBy: print });
});
