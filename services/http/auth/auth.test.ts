/** Sessions, offered keys, tokens and origins, each by a clock of its own and a log in memory. */
import test from 'ava';
import { newApiToken, tokenDigest } from '../../../crypto/credential.ts';
import { AdminName, Note, sure, type Role } from '../../../events/vocabulary.ts';
import { FIRST_ADMIN, newHistory } from '../../../tests/support/history.ts';
import { digestOf, idOf, keyPairOf } from '../../../tests/support/names.ts';
import { tokenOf } from './bearer.ts';
import { readCookie } from './cookie.ts';
import { ENROLMENT_MS, ENROLMENTS_MAX, makeEnrolments } from './enrolments.ts';
import { IDLE_MS, makeLogins, SESSION_MS, SESSIONS_OF_ONE } from './logins.ts';
import { isSameOrigin } from './origin.ts';

const ANN = sure(AdminName, 'ann');
const KEY = keyPairOf(2).publicKey;
const OTHER = keyPairOf(3).publicKey;

const withAnn = (role: Role = 'approver') => {
  const history = newHistory();
  history.admin('admin.add', { admin: ANN, key: KEY, role });
  history.admin('admin.key.add', { admin: ANN, key: OTHER, label: 'Firefox' });
  const logins = makeLogins(history.fold, history.now);
  const opened = () => logins.open(ANN, KEY)?.id ?? '';
  return { history, logins, opened };
};

test('a session lasts while it is used, and not for ever', (t) => {
  const { history, logins, opened } = withAnn();
  const [id, idle] = [opened(), opened()];
  t.like(logins.use(id), { admin: ANN, role: 'approver', key: KEY });
  for (let passed = 0; passed + IDLE_MS - 1 < SESSION_MS; passed += IDLE_MS - 1) {
    t.truthy(logins.use(id));
    history.pass(IDLE_MS - 1);
  }
  t.is(logins.use(idle), undefined);
  t.truthy(logins.use(id));
  history.pass(SESSION_MS % (IDLE_MS - 1));
  t.is(logins.use(id), undefined);
});

test('no other id opens it, and it ends when it is told to', (t) => {
  const { logins, opened } = withAnn();
  const id = opened();
  for (const wrong of ['', 'x', digestOf(1), `${id}A`, id.toLowerCase()]) t.is(logins.use(wrong), undefined);
  logins.end(id);
  t.is(logins.use(id), undefined);
  t.is(logins.open(ANN, keyPairOf(9).publicKey), undefined);
  t.is(logins.open(sure(AdminName, 'nobody'), KEY), undefined);
});

test('what happens to its admin or its key ends a session at once, and does not give it back', (t) => {
  const again = { admin: ANN, key: KEY, role: 'approver' };
  const ends: ReadonlyArray<readonly [string, (log: ReturnType<typeof newHistory>) => unknown]> = [
    ['logged out', ({ admin }) => admin('admin.logout', { admin: ANN })],
    ['without the key', ({ admin }) => admin('admin.key.remove', { admin: ANN, key: KEY })],
    ['with the key again', ({ admin }) => [admin('admin.key.remove', { admin: ANN, key: KEY }), admin('admin.key.add', { admin: ANN, key: KEY, label: null })]],
    ['removed', ({ admin }) => admin('admin.remove', { admin: ANN })],
    ['removed, and back', ({ admin }) => [admin('admin.remove', { admin: ANN }), admin('admin.add', again)]],
    ['with another role', ({ admin }) => [admin('admin.remove', { admin: ANN }), admin('admin.add', { ...again, role: 'auditor' })]],
  ];
  for (const [name, end] of ends) {
    const { history, logins, opened } = withAnn();
    const id = opened();
    history.admin('admin.logout', { admin: FIRST_ADMIN });
    history.admin('admin.key.remove', { admin: ANN, key: OTHER });
    t.truthy(logins.use(id), 'what others do is nothing to it');
    end(history);
    t.is(logins.use(id), undefined, name);
  }
});

test('an admin has so many sessions, and the one used longest ago makes room', (t) => {
  const { logins, opened } = withAnn();
  const root = logins.open(sure(AdminName, FIRST_ADMIN), keyPairOf(1).publicKey)?.id ?? '';
  const ids = Array.from({ length: SESSIONS_OF_ONE }, opened);
  const [first = '', second = ''] = ids;
  logins.use(first);
  opened();
  t.deepEqual([first, second, root].map((id) => logins.use(id) !== undefined), [true, false, true]);
});

const offer = (n: number, key = KEY) => ({ id: digestOf(n), key, proof: digestOf(99), label: sure(Note, 'Firefox') });

test('the first key under an id stays, for ten minutes, and so many wait', (t) => {
  const clock = { now: 0 };
  const { offer: put, find } = makeEnrolments(() => clock.now);
  t.deepEqual([put(offer(1)), put(offer(1)), put(offer(1, OTHER))], ['offered', 'offered', 'taken']);
  t.is(find(digestOf(1))?.key, KEY);
  clock.now += ENROLMENT_MS;
  t.is(find(digestOf(1)), undefined);
  for (let n = 2; n < 2 + ENROLMENTS_MAX; n += 1) put(offer(n));
  t.truthy(find(digestOf(2)));
  t.is(put(offer(5_000)), 'full');
  t.truthy(find(digestOf(2)));
  clock.now += ENROLMENT_MS;
  t.is(put(offer(5_000)), 'offered');
});

test('a token is in force until its end by either clock, and is found by nothing but itself', (t) => {
  const history = newHistory();
  const token = newApiToken().reveal();
  history.admin('token.issue', { admin: FIRST_ADMIN, token: idOf(1), label: 'ci', role: 'auditor', digest: tokenDigest(token), until: history.now() + 60_000 });
  const found = (header: string) => tokenOf(history.fold.world, header, history.now)?.label;
  t.is(found(`Bearer ${token}`) as string, 'ci');
  t.is(found(`bearer ${token}`) as string, 'ci');
  for (const wrong of ['', token, `Basic ${token}`, `Bearer ${newApiToken().reveal()}`, `Bearer ${token}x`, `Bearer ${tokenDigest(token)}`]) t.is(found(wrong), undefined);
  history.pass(60_000);
  t.is(found(`Bearer ${token}`), undefined);
});

test('another site is told by either header, and a cookie that is there twice is none', (t) => {
  const asked = (headers: Readonly<Record<string, string>>, isTls = false) => isSameOrigin({ headers, ownOrigin: `${isTls ? 'https' : 'http'}://jetlock.test:8229` });
  t.true(asked({}));
  t.true(asked({ origin: 'http://jetlock.test:8229' }));
  t.true(asked({ origin: 'https://jetlock.test:8229', 'sec-fetch-site': 'same-origin' }, true));
  t.true(asked({ 'sec-fetch-site': 'same-origin' }));
  for (const origin of ['http://evil.test', 'null', '', 'https://jetlock.test:8229', 'http://jetlock.test', 'http://jetlock.test:8229.evil.test']) t.false(asked({ origin }), origin);
  for (const site of ['cross-site', 'same-site', 'none']) t.false(asked({ 'sec-fetch-site': site }), site);
  t.false(asked({ origin: 'http://jetlock.test:8229', 'sec-fetch-site': 'same-site' }));
  t.false(asked({ origin: 'http://evil.test', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'http' }));
  const cookie = (text: string) => readCookie({ headers: { cookie: text } });
  t.is(cookie('a=b; jetlock_session=abc; c=d'), 'abc');
  t.is(cookie('xjetlock_session=abc'), undefined);
  t.is(cookie('jetlock_session=abc; jetlock_session=abd'), undefined);
});
