import test from 'ava';
import fc from 'fast-check';
import { KEYRING, newHistory, SEALED, type History } from '../../tests/support/history.ts';
import { digestOf, idOf } from '../../tests/support/names.ts';
import { REPLY_ROOM } from './room.ts';

const NAMESPACE = 'shop';
/** A namespace of admins, who write there, with an access key. */
const issue = (history: History, n = 1, namespace = NAMESPACE): void => {
  history.admin('namespace.create', { namespace }, { made: { key: { id: history.nextId(), wrappedBy: KEYRING.root } } });
  history.admin('namespace.access-key.issue', { namespace, key: idOf(n), digest: digestOf(n) });
};

/** `KEY@2 …`, with `+` at the end if there is more; or the reason of a refusal. */
const saidOf = ({ verdict }: ReturnType<History['read']>): string => {
  const outcome = verdict._tag === 'read' ? verdict.namespaces[0] : undefined;
  if (outcome?.result !== 'allowed') return outcome?.reason ?? verdict._tag;
  return outcome.present.map(({ path, version }) => `${path.slice(path.lastIndexOf('/') + 1)}@${version.version}`).join(' ') + (outcome.more ? ' +' : '');
};
const reading = (history: History, args: object = {}) => saidOf(history.read({ namespace: NAMESPACE, key: idOf(1), ...args }));

const given = () => {
  const history = newHistory();
  issue(history);
  history.write('shop/B');
  history.write('shop/A');
  return history;
};

test('given an access key, when it reads, then it gets what stands directly in its namespace, as it is at that place', (t) => {
  const history = given();
  history.write('shop/deep/KEY');
  history.write('other/KEY');
  t.is(reading(history), 'A@1 B@1');
  history.write('shop/A', { digest: digestOf(2) });
  t.is(reading(history), 'A@2 B@1');
  history.admin('secret.disable', { path: 'shop/A' });
  t.is(reading(history), 'B@1');
  history.admin('secret.enable', { path: 'shop/A' });
  history.admin('secret.delete', { path: 'shop/B' });
  t.is(reading(history), 'A@2');
});

test('given a key that was revoked, that never was, or that is of another namespace, then the refusal is the same', (t) => {
  const history = given();
  issue(history, 2, 'other');
  const refused = [reading(history, { key: idOf(3) }), reading(history, { key: idOf(2) }), reading(history, { namespace: 'none' })];
  history.admin('namespace.access-key.revoke', { namespace: NAMESPACE, key: idOf(1) });
  t.deepEqual([...refused, reading(history)], Array.from({ length: 4 }, () => 'access_key'));
});

test('given a namespace that was deleted and made again, then the key of before opens nothing, and the new one nothing of before', (t) => {
  const history = given();
  history.admin('namespace.delete', { namespace: NAMESPACE });
  t.is(reading(history), 'access_key');
  issue(history, 2);
  t.deepEqual([reading(history), reading(history, { key: idOf(2) })], ['access_key', '']);
});

test('what does not fit into one reply goes on behind the last of it', (t) => {
  const history = newHistory();
  issue(history);
  const box = 'A'.repeat(Math.ceil(((REPLY_ROOM / 2.5 + 48) * 4) / 3));
  for (const name of ['A', 'B', 'C', 'D', 'E']) history.write(`shop/${name}`, {}, [], { made: { sealed: { ...SEALED, box } } });
  t.deepEqual(
    [reading(history), reading(history, { after: 'shop/B' }), reading(history, { after: 'shop/D' }), reading(history, { after: 'shop/E' })],
    ['A@1 B@1 +', 'C@1 D@1 +', 'E@1', ''],
  );
});

/** What can be done to a namespace, and what a read says then by a model that knows nothing of the fold. */
type Step = 'read' | 'revoke' | 'issue' | 'delete' | `${'write' | 'remove' | 'disable' | 'enable'} ${'A' | 'B' | 'C'}`;
const names = ['A', 'B', 'C'] as const;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>('read') },
  fc.constantFrom<Step>('revoke', 'issue', 'delete'),
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('write', 'remove', 'disable', 'enable'), fc.constantFrom(...names)).map(([what, name]) => `${what} ${name}` as Step) },
);

type Model = { key: number; opened: boolean; versions: Map<string, number>; live: Map<string, 'live' | 'disabled'> };

const expected = ({ opened, versions, live }: Model): string =>
  opened ? [...live].filter(([, status]) => status === 'live').map(([name]) => `${name}@${versions.get(name)}`).sort().join(' ') : 'access_key';

/** Carries a step out on both, where it can be. */
const take = (history: History, model: Model, one: Step): void => {
  const [what, name = ''] = one.split(' ');
  const path = `shop/${name}`;
  const status = model.live.get(name);
  const { world } = history.fold;
  const exists = [...world.namespaces.keys()].some((namespace) => namespace === NAMESPACE);
  if (what === 'issue' && !exists) {
    issue(history, (model.key += 1));
    model.opened = true;
  } else if (what === 'revoke' && exists && model.opened) {
    history.admin('namespace.access-key.revoke', { namespace: NAMESPACE, key: idOf(model.key) });
    model.opened = false;
  } else if (what === 'delete' && exists) {
    history.admin('namespace.delete', { namespace: NAMESPACE });
    Object.assign(model, { opened: false, live: new Map() });
  } else if (what === 'write') {
    history.write(path);
    model.versions.set(name, (model.versions.get(name) ?? 0) + 1);
    model.live.set(name, status ?? 'live');
  } else if (status !== undefined && (what === 'remove' || what === 'disable' || what === 'enable')) {
    history.admin(({ remove: 'secret.delete', disable: 'secret.disable', enable: 'secret.enable' } as const)[what], { path });
    if (what === 'remove') model.live.delete(name);
    else model.live.set(name, what === 'disable' ? 'disabled' : 'live');
  }
};

test('given any history of writes, deletes and revokes, then no read after a revoke or a delete gets a value, and every other all of now', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const history = newHistory();
      const model: Model = { key: 1, opened: true, versions: new Map(), live: new Map() };
      issue(history);
      for (const one of steps) {
        if (one === 'read') t.is(reading(history, { key: idOf(model.key) }), expected(model));
        else take(history, model, one);
      }
      t.is(reading(history, { key: idOf(model.key) }), expected(model));
    }),
    { numRuns: 60 },
  );
});
