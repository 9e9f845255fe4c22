import test from 'ava';
import { FIRST_ADMIN, KEYRING, newHistory, SEALED, type History } from '../../tests/support/history.ts';
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
const asked = (history: History, operation: 'admin.key.add' | 'admin.key.remove' | 'admin.key.remove-all' | 'admin.logout' | 'token.issue' | 'token.revoke', args: object, who = FIRST_ADMIN, n = 1) =>
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

/** Root's first key, 1, has added 2, which was stolen: the thief has added 8 with it. */
const stolen = () => {
  const history = newHistory();
  const by = (n: number, admin = FIRST_ADMIN) => ({ admin, key: keyPairOf(n) });
  history.admin('admin.add', add(FIRST_ADMIN, 2, 'admin'));
  history.admin('admin.key.add', { admin: FIRST_ADMIN, key: key(8), label: 'laptop' }, by(2));
  return { history, by };
};

/** Keys by number and tokens by label that are there. */
const left = ({ fold: { world } }: History): string =>
  [
    ...[1, 2, 3, 4, 8, 9].filter((n) => [...world.admins.values()].some(({ keys }) => keys.has(key(n)))),
    ...[...world.tokens.values()].map(({ label }) => label),
  ].join(' ');

test('a key that goes with all takes the keys that came of it, to whichever admin they went, and their tokens, and nothing else', (t) => {
  const { history, by } = stolen();
  const issue = (n: number, label: string, signer: object) => history.admin('token.issue', { ...TOKEN, token: idOf(n), label, digest: digestOf(n), until: history.now() + DAY }, signer);
  history.admin('admin.add', add('bob', 9, 'admin'));
  history.admin('admin.key.add', { admin: 'bob', key: key(3), label: null }, by(2));
  history.admin('admin.add', add('mallory', 4, 'admin'), by(3, 'bob'));
  issue(1, 'thief', by(2));
  issue(2, 'honest', by(1));
  t.is(left(history), '1 2 3 4 8 9 thief honest');
  const late = history.draft.admin('admin.key.remove-all', { admin: FIRST_ADMIN, key: key(2) });
  t.is(asked(history, 'admin.key.remove-all', { admin: 'bob', key: key(2) }), 'not_found');
  t.is(asked(history, 'admin.key.remove-all', { admin: FIRST_ADMIN, key: key(77) }), 'not_found');
  t.is(saidOf(history.admin('admin.key.remove-all', { admin: FIRST_ADMIN, key: key(2) })), 'state');
  t.is(left(history), '1 9 honest');
  // One decision: what was there when it was made is not what there is now, so nothing of it counts.
  t.is(saidOf(history.append({ ...late, record: { ...late.record, prev: history.fold.previous(late.subject) as never } })), 'void not_found');
});

const removeAll = (history: History, n: number, how = {}) => saidOf(history.admin('admin.key.remove-all', { admin: FIRST_ADMIN, key: key(n) }, how));
const addKey = (history: History, n: number, how = {}) => saidOf(history.admin('admin.key.add', { admin: FIRST_ADMIN, key: key(n), label: null }, how));
const removeKey = (history: History, n: number, how = {}) => saidOf(history.admin('admin.key.remove', { admin: FIRST_ADMIN, key: key(n) }, how));

test('given a record that removes a key with all, when more came of the key before its place in the log, then that goes too', (t) => {
  const { history, by } = stolen();
  const late = history.draft.admin('admin.key.remove-all', { admin: FIRST_ADMIN, key: key(2) });
  history.admin('admin.add', add('mallory', 4, 'admin'), by(8));
  t.is(saidOf(history.append({ ...late, record: { ...late.record, prev: history.fold.previous(late.subject) as never } })), 'state');
  t.is(left(history), '1');
});

test('given a key that was added in a circle, when the stolen key at its beginning is removed with all, then it goes', (t) => {
  const { history, by } = stolen();
  addKey(history, 9, by(8));
  removeKey(history, 8, by(9));
  addKey(history, 8, by(9));
  t.is(left(history), '1 2 8 9');
  t.is(removeAll(history, 2), 'state');
  t.is(left(history), '1');
});

test('given a token of a key that was added by a stolen one, when an honest key has added that again, then the token goes and the key stays', (t) => {
  const { history, by } = stolen();
  history.admin('token.issue', { ...TOKEN, until: history.now() + DAY }, by(8));
  removeKey(history, 8);
  addKey(history, 8);
  t.is(left(history), '1 2 8 deploy');
  t.is(removeAll(history, 2), 'state');
  t.is(left(history), '1 8');
});

test('given 1,500 tokens of a stolen key, when it is removed with all, then they go in one short record', (t) => {
  const { history, by } = stolen();
  for (let n = 0; n < 1_500; n += 1)
    history.admin('token.issue', { ...TOKEN, token: idOf(2_000 + n), label: `t-${n}`, digest: digestOf(2_000 + n), until: history.now() + DAY }, by(8));
  t.is(removeAll(history, 2), 'state');
  t.is(left(history), '1');
  t.true((history.messages.at(-1)?.data.length ?? 0) < 2_000);
});

test('given that a stolen key has removed the honest one and added it again, when that one removes it with all, then it stays itself', (t) => {
  const { history, by } = stolen();
  removeKey(history, 1, by(2));
  addKey(history, 1, by(2));
  addKey(history, 3);
  t.is(removeAll(history, 2), 'state');
  t.is(left(history), '1');
});

test('given a stolen key that was given to another admin, when it is removed with all from who had it, then it goes', (t) => {
  const { history, by } = stolen();
  removeKey(history, 2, by(8));
  history.admin('admin.add', add('mallory', 2, 'admin'), by(8));
  t.is(removeAll(history, 2), 'state');
  t.is(left(history), '1');
});

test('given access keys, when the key that signed for them is removed with all, then they open nothing any more, and those of others do', (t) => {
  const { history, by } = stolen();
  history.admin('namespace.create', { namespace: 'shop' }, { made: { key: { id: idOf(70), wrappedBy: KEYRING.root } } });
  const issue = (n: number, how = {}) => history.admin('namespace.access-key.issue', { namespace: 'shop', key: idOf(n), digest: digestOf(n) }, how);
  issue(71);
  issue(72, by(8));
  t.is(removeAll(history, 2), 'state');
  t.deepEqual([...history.fold.world.accessKeys.keys()], [digestOf(71)]);
  t.deepEqual(history.fold.world.namespaces.get('shop' as never)?.accessKeys.map(({ id }) => id), [idOf(71)]);
});

test('what came of a key goes also when it was removed by itself before, and through keys that are gone', (t) => {
  const { history, by } = stolen();
  history.admin('admin.key.add', { admin: FIRST_ADMIN, key: key(3), label: null }, by(8));
  history.admin('admin.key.remove', { admin: FIRST_ADMIN, key: key(8) });
  history.admin('admin.key.remove', { admin: FIRST_ADMIN, key: key(2) });
  t.is(left(history), '1 3');
  t.is(saidOf(history.admin('admin.key.remove-all', { admin: FIRST_ADMIN, key: key(2) })), 'state');
  t.is(left(history), '1');
  t.is(asked(history, 'admin.key.remove-all', { admin: FIRST_ADMIN, key: key(2) }), 'not_found');
});

test('given a key that a stolen one has added, when an honest one adds it again, then it stays', (t) => {
  const { history } = stolen();
  removeKey(history, 8);
  addKey(history, 8);
  t.is(removeAll(history, 2), 'state');
  t.is(left(history), '1 8');
});

test('with all: of others for the role admin, and somebody stays who can do everything', (t) => {
  const { history } = stolen();
  t.is(asked(history, 'admin.key.remove-all', { admin: FIRST_ADMIN, key: key(1) }), 'last_admin');
  history.admin('admin.add', add('ann', 3, 'approver'));
  history.admin('admin.key.add', { admin: 'ann', key: key(4), label: null }, { admin: 'ann', key: keyPairOf(3) });
  t.is(asked(history, 'admin.key.remove-all', { admin: 'ann', key: key(3) }, 'ann', 4), 'AdminKeyRemovedWithAll');
  t.is(asked(history, 'admin.key.remove-all', { admin: FIRST_ADMIN, key: key(2) }, 'ann', 4), 'role');
  t.is(asked(history, 'admin.key.remove-all', { admin: 'ann', key: key(2) }, 'ann', 4), 'role');
  t.is(asked(history, 'admin.key.remove-all', { admin: FIRST_ADMIN, key: key(1) }), 'last_admin');
});
