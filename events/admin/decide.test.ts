import test from 'ava';
import { FIRST_ADMIN, newHistory, type History } from '../../tests/support/history.ts';
import { cameTo } from '../../tests/support/decisions.ts';
import { keyPairOf } from '../../tests/support/names.ts';
import { commandRoles } from '../decide.ts';

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
