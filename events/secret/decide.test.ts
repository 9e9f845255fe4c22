import test from 'ava';
import { KEYRING, newHistory, SEALED, type History } from '../../tests/support/history.ts';
import { cameTo } from '../../tests/support/decisions.ts';
import { digestOf, idOf } from '../../tests/support/names.ts';
import { SecretPath, Namespace, sure } from '../vocabulary.ts';
import { STUBS_OF_A_SERVICE_MAX } from './decide.ts';

const PATH = 'billing/KEY';
const namespaceKey = ({ fold }: History) => fold.world.namespaces.get(sure(Namespace, 'billing'))?.key;
const secretOf = ({ fold }: History) => fold.world.secrets.get(sure(SecretPath, PATH));
const value = (more = {}) => ({ path: PATH, digest: digestOf(2), description: null, ifVersion: null, ...more });
const newKey = (history: History) => ({ key: { id: idOf(99), wrappedBy: namespaceKey(history) }, sealed: SEALED });
const ownKey = { sealed: SEALED };
const stub = (path = PATH) => ({ path, service: 'invoicer', description: null, read: 1 });

/** A secret in each state that it can be in. */
const states: Readonly<Record<'none' | 'stub' | 'live' | 'disabled' | 'deleted', () => History>> = {
  none: () => {
    const history = newHistory();
    history.write('billing/OTHER');
    return history;
  },
  stub: () => {
    const history = states.none();
    history.replica('secret.stub', stub());
    return history;
  },
  live: () => {
    const history = newHistory();
    history.write(PATH);
    return history;
  },
  disabled: () => {
    const history = states.live();
    history.admin('secret.disable', { path: PATH });
    return history;
  },
  deleted: () => {
    const history = states.live();
    history.admin('secret.delete', { path: PATH });
    return history;
  },
};

const expected = {
  'secret.describe': { none: 'not_found', stub: 'SecretDescribed', live: 'SecretDescribed', disabled: 'SecretDescribed', deleted: 'not_found' },
  'secret.disable': { none: 'not_found', stub: 'no_value', live: 'SecretDisabled', disabled: 'nothing', deleted: 'not_found' },
  'secret.enable': { none: 'not_found', stub: 'nothing', live: 'nothing', disabled: 'SecretEnabled', deleted: 'not_found' },
  'secret.delete': { none: 'not_found', stub: 'SecretDeleted', live: 'SecretDeleted', disabled: 'SecretDeleted', deleted: 'not_found' },
} as const;

for (const [operation, outcomes] of Object.entries(expected) as ReadonlyArray<[keyof typeof expected, Record<keyof typeof states, string>]>)
  for (const [state, outcome] of Object.entries(outcomes) as ReadonlyArray<[keyof typeof states, string]>)
    test(`${operation} of what is ${state}: ${outcome}`, (t) => {
      const args = { path: PATH, ...(operation === 'secret.describe' ? { description: 'words' } : {}) };
      t.is(cameTo(states[state]().decide.admin(operation, args)), outcome);
    });

for (const [state, outcome] of Object.entries({ none: 'SecretStubbed', stub: 'nothing', live: 'nothing', disabled: 'nothing', deleted: 'SecretStubbed' }))
  test(`a stub of what is ${state}: ${outcome}`, (t) => {
    t.is(cameTo(states[state as keyof typeof states]().decide.replica('secret.stub', stub())), outcome);
  });

test('versions count up, and go on after a delete, under a new key', (t) => {
  const history = states.live();
  const key = secretOf(history)?.key;
  t.like(history.decide.admin('secret.write', value(), { made: ownKey }), { right: [{ version: 2, key, size: 3 }] });
  history.admin('secret.delete', { path: PATH });
  t.like(history.decide.admin('secret.write', value(), { made: newKey(history) }), { right: [{ version: 2, key: idOf(99) }] });
});

test('a value may name the version that it replaces, 0 for none', (t) => {
  const live = states.live();
  const write = (history: History, ifVersion: number, made: object) => cameTo(history.decide.admin('secret.write', value({ ifVersion }), { made: { ...made } }));
  t.is(write(live, 1, ownKey), 'SecretWritten');
  t.is(write(live, 0, ownKey), 'conflict');
  t.is(write(live, 2, ownKey), 'conflict');
  const deleted = states.deleted();
  t.is(write(deleted, 0, newKey(deleted)), 'SecretWritten');
  t.is(write(deleted, 1, newKey(deleted)), 'conflict');
});

test('a new key must be wrapped by the namespace key of now, and made only where there is none', (t) => {
  const none = states.none();
  const write = (history: History, made: object) => cameTo(history.decide.admin('secret.write', value(), { made: { ...made } }));
  t.is(write(none, newKey(none)), 'SecretWritten');
  t.is(write(none, { ...newKey(none), key: { id: idOf(99), wrappedBy: KEYRING.root } }), 'superseded');
  t.is(write(none, ownKey), 'superseded');
  t.is(write(none, { key: newKey(none).key }), 'superseded');
  t.is(write(newHistory(), { ...ownKey, key: { id: idOf(99), wrappedBy: KEYRING.root } }), 'superseded');
  const live = states.live();
  t.is(write(live, newKey(live)), 'superseded');
});

test('a value does not enable what is disabled', (t) => {
  const history = states.disabled();
  history.write(PATH);
  t.like(secretOf(history), { status: 'disabled', version: 2 });
});

test('an older version comes back as a new one, the current one is nothing to do', (t) => {
  const history = states.live();
  history.write(PATH, { digest: digestOf(5) });
  const rollback = (version: number) => history.decide.admin('secret.rollback', { path: PATH, version }, { made: ownKey });
  t.like(rollback(1), { right: [{ version: 3, rollbackOf: 1, digest: digestOf(1) }] });
  t.is(cameTo(rollback(2)), 'nothing');
  t.is(cameTo(rollback(3)), 'not_found');
  history.admin('secret.delete', { path: PATH });
  t.is(cameTo(rollback(1)), 'not_found');
  history.write(PATH);
  t.is(cameTo(rollback(1)), 'not_found');
});

test('the same words are nothing to do', (t) => {
  const history = states.live();
  history.admin('secret.describe', { path: PATH, description: 'words' });
  t.is(cameTo(history.decide.admin('secret.describe', { path: PATH, description: 'words' })), 'nothing');
});

test('a delete names the key that goes, and makes the namespace wait for a new one', (t) => {
  const history = states.live();
  const key = secretOf(history)?.key;
  t.like(history.decide.admin('secret.delete', { path: PATH }), { right: [{ key }] });
  const { seq } = history.admin('secret.delete', { path: PATH });
  t.is(history.fold.world.doomed.get(key!)?.cause, seq);
  t.is(history.fold.world.namespaces.get(sure(Namespace, 'billing'))?.rekeyFor, seq);
  t.deepEqual(secretOf(history)?.versions, []);
});

test('a service has so many stubs and no more, until some are written or deleted', (t) => {
  const history = newHistory();
  for (let i = 0; i < STUBS_OF_A_SERVICE_MAX; i += 1) history.replica('secret.stub', stub(`billing/S${i}`));
  const next = () => cameTo(history.decide.replica('secret.stub', stub()));
  t.is(next(), 'too_many');
  t.is(cameTo(history.decide.replica('secret.stub', { ...stub(), service: 'other' })), 'SecretStubbed');
  t.is(cameTo(history.decide.replica('secret.stub', stub('billing/S1'))), 'nothing');
  history.write('billing/S1');
  t.is(next(), 'SecretStubbed');
  history.replica('secret.stub', stub());
  t.is(cameTo(history.decide.replica('secret.stub', stub('billing/MORE'))), 'too_many');
  history.admin('secret.delete', { path: 'billing/S2' });
  t.is(cameTo(history.decide.replica('secret.stub', stub('billing/MORE'))), 'SecretStubbed');
});
