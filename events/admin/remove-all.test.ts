/** A stolen key, removed with all that came of it. */
import test from 'ava';
import { FIRST_ADMIN, KEYRING, newHistory, type History } from '../../tests/support/history.ts';
import { digestOf, idOf, keyPairOf } from '../../tests/support/names.ts';
import { cameTo, saidOf } from '../../tests/support/decisions.ts';

const DAY = 24 * 60 * 60 * 1000;
const TOKEN = { admin: FIRST_ADMIN, token: idOf(1), label: 'deploy', role: 'writer', digest: digestOf(1) };
const key = (n: number) => keyPairOf(n).publicKey;
const add = (admin: string, n: number, role: string) => ({ admin, key: key(n), role });
/** What root, or who is named with the number of their key, would get. */
const asked = (history: History, args: object, who = FIRST_ADMIN, n = 1) =>
  cameTo(history.decide.admin('admin.key.remove-all', { ...args }, { admin: who, key: keyPairOf(n) }));

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
  t.is(asked(history, { admin: 'bob', key: key(2) }), 'not_found');
  t.is(asked(history, { admin: FIRST_ADMIN, key: key(77) }), 'not_found');
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
  t.is(asked(history, { admin: FIRST_ADMIN, key: key(2) }), 'not_found');
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
  t.is(asked(history, { admin: FIRST_ADMIN, key: key(1) }), 'last_admin');
  history.admin('admin.add', add('ann', 3, 'approver'));
  history.admin('admin.key.add', { admin: 'ann', key: key(4), label: null }, { admin: 'ann', key: keyPairOf(3) });
  t.is(asked(history, { admin: 'ann', key: key(3) }, 'ann', 4), 'AdminKeyRemovedWithAll');
  t.is(asked(history, { admin: FIRST_ADMIN, key: key(2) }, 'ann', 4), 'role');
  t.is(asked(history, { admin: 'ann', key: key(2) }, 'ann', 4), 'role');
  t.is(asked(history, { admin: FIRST_ADMIN, key: key(1) }), 'last_admin');
});
