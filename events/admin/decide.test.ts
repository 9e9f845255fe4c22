import test from 'ava';
import { FIRST_ADMIN, newHistory, SEALED, type History } from '../../tests/support/history.ts';
import { digestOf, idOf, keyPairOf } from '../../tests/support/names.ts';
import { cameTo, saidOf } from '../../tests/support/decisions.ts';
import { commandRoles } from '../decide.ts';
import { KEYS_MAX, TOKEN_MS_MAX } from './decide.ts';

const add = (admin: string, n: number, role: string) => ({ admin, key: keyPairOf(n).publicKey, role });
const adding = (history: History, args: object) => cameTo(history.decide.admin('admin.add', { ...args }));

test('an admin is added once, and may have more keys in the same role', (t) => {
  const history = newHistory();
  t.is(adding(history, add('ann', 2, 'approver')), 'AdminAdded');
  history.admin('admin.add', add('ann', 2, 'approver'));
  t.is(adding(history, add('ann', 2, 'approver')), 'nothing');
  t.is(adding(history, add('ann', 3, 'approver')), 'AdminKeyAdded');
  t.is(adding(history, add('ann', 3, 'admin')), 'exists');
  t.is(adding(history, add('bob', 2, 'auditor')), 'exists');
});

test('somebody stays who can do everything', (t) => {
  const history = newHistory();
  const remove = (admin: string) => cameTo(history.decide.admin('admin.remove', { admin }));
  history.admin('admin.add', add('ann', 2, 'approver'));
  t.is(remove(FIRST_ADMIN), 'last_admin');
  t.is(remove('ann'), 'AdminRemoved');
  t.is(remove('nobody'), 'not_found');
  history.admin('admin.add', add('bob', 3, 'admin'));
  t.is(remove(FIRST_ADMIN), 'AdminRemoved');
});

test('each operation wants its role, with a key that its admin has now', (t) => {
  const history = newHistory();
  for (const [i, role] of ['admin', 'approver', 'auditor'].entries()) history.admin('admin.add', add(`an-${role}`, i + 2, role));
  const operation = (name: 'admin.remove' | 'access.grant', who: string, n: number) => {
    const args = name === 'admin.remove' ? { admin: 'nobody' } : { service: 'x', target: 'a/', seen: 0, reason: null, duration: null, once: false, offline: null };
    return cameTo(history.decide.admin(name, args, { admin: who, key: keyPairOf(n) }));
  };
  t.deepEqual(
    [operation('admin.remove', 'an-admin', 2), operation('admin.remove', 'an-approver', 3), operation('admin.remove', 'an-auditor', 4)],
    ['not_found', 'role', 'role'],
  );
  t.deepEqual(
    [operation('access.grant', 'an-admin', 2), operation('access.grant', 'an-approver', 3), operation('access.grant', 'an-auditor', 4)],
    ['AccessGranted', 'AccessGranted', 'role'],
  );
  t.is(operation('access.grant', 'an-admin', 3), 'role');
  t.is(operation('access.grant', 'nobody', 2), 'role');
  t.is(commandRoles['key.rotate'], 'admin');
});

const key = (n: number) => keyPairOf(n).publicKey;
/** What root, or who is named with the number of their key, would get. */
const asked = (history: History, operation: 'admin.key.add' | 'admin.key.remove' | 'admin.logout' | 'token.issue' | 'token.revoke', args: object, who = FIRST_ADMIN, n = 1) =>
  cameTo(history.decide.admin(operation, { ...args }, { admin: who, key: keyPairOf(n) }));

test('everybody looks after their own keys and sessions, the role admin after those of all', (t) => {
  const history = newHistory();
  for (const [i, role] of ['approver', 'auditor'].entries()) history.admin('admin.add', add(`an-${role}`, i + 2, role));
  for (const [operation, args, came] of [
    ['admin.key.add', { key: key(9), label: 'a browser' }, 'AdminKeyAdded'],
    ['admin.key.remove', { key: key(3) }, 'AdminKeyRemoved'],
    ['admin.logout', {}, 'AdminLoggedOut'],
  ] as const) {
    t.is(asked(history, operation, { ...args, admin: 'an-auditor' }, 'an-auditor', 3), came);
    t.is(asked(history, operation, { ...args, admin: 'an-auditor' }, 'an-approver', 2), 'role');
    t.is(asked(history, operation, { ...args, admin: 'an-auditor' }), came);
    t.is(asked(history, operation, { ...args, admin: 'nobody' }), 'not_found');
  }
});

test('a key belongs to one admin, once, and not without end', (t) => {
  const history = newHistory();
  history.admin('admin.add', add('ann', 2, 'approver'));
  const adding = (n: number, admin = 'ann') => asked(history, 'admin.key.add', { admin, key: key(n), label: null });
  t.deepEqual([adding(2), adding(1), adding(3)], ['nothing', 'exists', 'AdminKeyAdded']);
  for (let n = 1; n < KEYS_MAX; n += 1) history.admin('admin.key.add', { admin: 'ann', key: key(100 + n), label: null });
  t.deepEqual([adding(3), adding(101)], ['too_many', 'nothing']);
  t.is(cameTo(history.decide.admin('admin.add', add('ann', 3, 'approver'))), 'too_many');
  history.admin('admin.key.remove', { admin: 'ann', key: key(101) });
  t.is(adding(101), 'AdminKeyAdded');
  t.is(asked(history, 'admin.key.remove', { admin: 'ann', key: key(101) }), 'not_found');
});

test('the last key of the last who can do everything stays, and so do they where the others have no key', (t) => {
  const history = newHistory();
  const removing = (admin: string, n: number) => asked(history, 'admin.key.remove', { admin, key: key(n) });
  history.admin('admin.add', add('ann', 2, 'approver'));
  t.deepEqual([removing(FIRST_ADMIN, 1), removing('ann', 2)], ['last_admin', 'AdminKeyRemoved']);
  history.admin('admin.add', add('bob', 3, 'admin'));
  t.is(removing(FIRST_ADMIN, 1), 'AdminKeyRemoved');
  history.admin('admin.key.remove', { admin: 'bob', key: key(3) });
  t.is(removing(FIRST_ADMIN, 1), 'last_admin');
  t.is(cameTo(history.decide.admin('admin.remove', { admin: FIRST_ADMIN })), 'last_admin');
});

test('what was signed with a key that was removed is void, and what was signed before it counts', (t) => {
  const history = newHistory();
  history.admin('admin.key.add', { admin: FIRST_ADMIN, key: key(2), label: 'Firefox' });
  const late = history.draft.admin('admin.logout', { admin: FIRST_ADMIN }, { key: keyPairOf(2) });
  t.is(saidOf(history.admin('admin.add', add('bob', 3, 'admin'), { key: keyPairOf(2) })), 'state');
  history.admin('admin.key.remove', { admin: FIRST_ADMIN, key: key(2) });
  t.is(saidOf(history.append({ ...late, record: { ...late.record, prev: history.fold.previous(late.subject) as never } })), 'void role');
});

const TOKEN = { admin: FIRST_ADMIN, token: idOf(1), label: 'deploy', role: 'writer', digest: digestOf(1) };
const DAY = 24 * 60 * 60 * 1000;

test('a token is issued by an admin in their own name, for a time, under a name and an id of its own', (t) => {
  const history = newHistory();
  history.admin('admin.add', add('bob', 3, 'admin'));
  history.admin('admin.add', add('ann', 2, 'approver'));
  const issuing = (args: object, who?: string, n?: number) => asked(history, 'token.issue', { ...TOKEN, until: history.now() + DAY, ...args }, who, n);
  t.is(issuing({}), 'ApiTokenIssued');
  t.is(issuing({ admin: 'bob' }), 'role');
  t.is(issuing({ admin: 'ann' }, 'ann', 2), 'role');
  t.deepEqual([issuing({ until: history.now() }), issuing({ until: history.now() + TOKEN_MS_MAX + 1 })], ['malformed', 'malformed']);
  history.admin('token.issue', { ...TOKEN, until: history.now() + DAY });
  t.deepEqual([issuing({ label: 'other' }), issuing({ token: idOf(2) }), issuing({ token: idOf(2), label: 'other' })], ['exists', 'exists', 'exists']);
  t.is(issuing({ token: idOf(2), label: 'other', digest: digestOf(2) }), 'ApiTokenIssued');
  history.pass(DAY);
  t.is(issuing({ token: idOf(2), digest: digestOf(2) }), 'ApiTokenIssued');
});

test('a token writes values and the namespace before them, until it ends or is revoked, or its admin is removed', (t) => {
  const token = { id: idOf(1), label: 'deploy' };
  const withToken = (role = 'writer') => {
    const history = newHistory();
    history.admin('admin.add', add('bob', 3, 'admin'));
    history.admin('token.issue', { ...TOKEN, role, until: history.now() + DAY });
    return history;
  };
  const writing = (history: History, change = {}) => {
    try {
      return saidOf(history.write('prod/shop/DB', {}, [], { token: { ...token, ...change } }));
    } catch (error) {
      return (error as Error).message;
    }
  };
  const REFUSED = /^refused: role/;
  t.is(writing(withToken()), 'state');
  t.regex(writing(withToken('auditor')), REFUSED);
  t.regex(writing(withToken(), { label: 'other' }), REFUSED);
  t.regex(writing(withToken(), { id: idOf(7) }), REFUSED);
  const ends: ReadonlyArray<(history: History) => unknown> = [
    (history) => history.pass(DAY),
    (history) => history.admin('token.revoke', { admin: FIRST_ADMIN, token: idOf(1) }),
    (history) => history.admin('admin.remove', { admin: FIRST_ADMIN }, { admin: 'bob', key: keyPairOf(3) }),
  ];
  for (const end of ends) {
    const history = withToken();
    end(history);
    t.regex(writing(history), REFUSED);
  }
});

test('a write under a token that was revoked before it is void at its place, and a token gives no other command', (t) => {
  const history = newHistory();
  history.write('prod/shop/DB');
  history.admin('token.issue', { ...TOKEN, until: history.now() + DAY });
  const token = { id: idOf(1), label: 'deploy' };
  const args = { path: 'prod/shop/DB', digest: digestOf(2), description: null, ifVersion: null };
  const draft = history.draft.admin('secret.write', args, { token, made: { sealed: SEALED } });
  t.is(asked(history, 'token.revoke', { admin: 'nobody', token: idOf(1) }), 'not_found');
  history.admin('token.revoke', { admin: FIRST_ADMIN, token: idOf(1) });
  t.is(saidOf(history.append({ ...draft, record: { ...draft.record, head: history.fold.head() } })), 'void role');
  t.throws(() => history.draft.admin('secret.delete', { path: 'prod/shop/DB' }, { token }), { message: /not a Origin/ });
});
