import test from 'ava';
import { BEGIN, newHistory } from '../tests/support/history.ts';
import { idOf } from '../tests/support/names.ts';
import { entriesAfter } from '../tests/support/stored.ts';
import { RolloutView } from '../protocol/views.ts';
import { PROCESSES_MAX } from './rollout.ts';

const PATH = 'prod/shop/KEY';
const client = { name: 'shop', version: '1' };

const given = () => {
  const history = newHistory();
  history.write(PATH);
  history.write(PATH);
  const by = { operation: 'rollout.report', service: 'shop', credential: history.approved('shop'), client };
  history.grant('shop', PATH);
  const applied = (version: number, ...instances: ReadonlyArray<number>) =>
    history.service({ ...by, applied: [{ path: PATH, version, instances: instances.map(idOf) }], used: [] });
  const used = (n: number, count: number, last: number) =>
    history.service({ ...by, applied: [], used: [{ id: idOf(n), path: PATH, version: 1, read: 3, count, first: BEGIN, last }] });
  const entry = () => entriesAfter(history, 'rollout')['shop.prod.shop.KEY'] as RolloutView;
  return { history, applied, used, entry };
};

test('each process runs what it said last', (t) => {
  const { history, applied, entry } = given();
  applied(1, 1, 2);
  history.pass(5);
  const { seq } = applied(2, 1, 3);
  t.deepEqual(entry() as unknown, {
    service: 'shop',
    path: PATH,
    processes: [
      { instance: idOf(2), version: 1, at: BEGIN, client },
      { instance: idOf(1), version: 2, at: BEGIN + 5, client },
      { instance: idOf(3), version: 2, at: BEGIN + 5, client },
    ],
    offlineUses: 0,
    lastOfflineUse: null,
    seq,
  });
});

test('however many there were, those that reported last are kept', (t) => {
  const { applied, entry } = given();
  applied(1, ...Array.from({ length: PROCESSES_MAX }, (_, n) => n));
  applied(2, 9_000, 0);
  const kept = entry().processes.map(({ instance }) => instance as string);
  t.is(kept.length, PROCESSES_MAX);
  t.deepEqual([kept[0], ...kept.slice(-2)], [idOf(2), idOf(9_000), idOf(0)]);
});

test('uses while offline are summed up', (t) => {
  const { used, entry } = given();
  used(1, 3, BEGIN - 4);
  used(2, 2, BEGIN - 10);
  used(1, 3, BEGIN - 4);
  t.like(entry(), { offlineUses: 5, lastOfflineUse: BEGIN - 4, processes: [] });
});

test('whatever a service says of its uses, the entry can be read and shown', (t) => {
  const { used, entry } = given();
  used(1, Number.MAX_SAFE_INTEGER, 8.64e15 + 1);
  used(2, Number.MAX_SAFE_INTEGER, 8.64e15 + 1);
  t.like(entry(), { offlineUses: Number.MAX_SAFE_INTEGER });
  t.true(RolloutView.is(entry()) && entry().lastOfflineUse! <= Date.now());
});
