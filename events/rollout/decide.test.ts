import test from 'ava';
import { BEGIN, newHistory } from '../../tests/support/history.ts';
import { idOf } from '../../tests/support/names.ts';
import { USES_KEPT } from './evolve.ts';

const PATH = 'prod/shop/KEY';
const CLIENT = { name: 'shop', version: '1' };

const given = () => {
  const history = newHistory();
  history.write(PATH);
  const credential = history.approved('shop');
  const report = (applied: ReadonlyArray<object>, used: ReadonlyArray<object> = []) =>
    ({ operation: 'rollout.report', service: 'shop', credential, client: CLIENT, applied, used });
  return { history, credential, report };
};
const running = (version = 1, path = PATH) => ({ path, version, instances: [idOf(1), idOf(2)] });
const use = (n: number) => ({ id: idOf(n), path: PATH, version: 1, read: 7, count: 3, first: BEGIN, last: BEGIN + 5 });

test('what a service may read it can report, each version of each path in an event of its own', (t) => {
  const { history, credential, report } = given();
  history.grant('shop', 'prod/shop/');
  history.write('prod/shop/OTHER');
  const { verdict } = history.service(report([running(), running(1, 'prod/shop/OTHER')]));
  const by = { service: 'shop', credential, client: CLIENT };
  const events = verdict._tag === 'state' ? verdict.record.events : [];
  t.deepEqual(events as unknown, [PATH, 'prod/shop/OTHER'].map((path) => ({ type: 'VersionApplied', v: 1, ...by, ...running(1, path) })));
});

const REFUSED = {
  'not granted': () => given(),
  denied: () => {
    const one = given();
    one.history.deny('shop', PATH);
    return one;
  },
  disabled: () => {
    const one = given();
    one.history.grant('shop', PATH);
    one.history.admin('secret.disable', { path: PATH });
    return one;
  },
  revoked: () => {
    const one = given();
    one.history.grant('shop', PATH);
    one.history.revoke('shop', PATH);
    return one;
  },
  'for one read': () => {
    const one = given();
    one.history.grant('shop', PATH, { once: true });
    return one;
  },
};
for (const [name, make] of Object.entries(REFUSED)) {
  test(`a report of what is ${name} is refused like one of what there is not`, (t) => {
    const { history, report } = make();
    const missing = history.decide.service(report([running(1, 'prod/shop/NONE')]));
    t.deepEqual(history.decide.service(report([running()])), missing);
    t.like(missing, { _tag: 'Left', left: { code: 'refused' } });
  });
}

test('a version that never was is refused, an older one is not', (t) => {
  const { history, report } = given();
  history.grant('shop', PATH);
  history.write(PATH);
  t.deepEqual([1, 2, 3].map((version) => history.decide.service(report([running(version)]))._tag), ['Right', 'Right', 'Left']);
});

test('given a report, when the access is revoked before its place in the log, then it is void', (t) => {
  const { history, report } = given();
  history.grant('shop', PATH);
  const late = history.draft.service(report([running()]));
  history.revoke('shop', PATH);
  t.like(history.append(late).verdict, { _tag: 'void', refusal: { code: 'refused' } });
});

test('given a credential that was revoked, then it reports nothing, not even uses', (t) => {
  const { history, credential, report } = given();
  history.admin('service.revoke', { service: 'shop', fingerprint: credential, seen: history.seen.credential('shop', credential) });
  t.like(history.decide.service(report([], [use(1)])), { left: { code: 'unauthorized' } });
});

test('uses are taken down whatever became of the access, and once', (t) => {
  const { history, report } = given();
  history.grant('shop', PATH);
  history.revoke('shop', PATH);
  const counted = (...used: ReadonlyArray<object>): unknown => {
    const { verdict } = history.service(report([], used));
    return verdict._tag === 'state' ? verdict.record.events.map((event) => 'id' in event && event.id) : verdict;
  };
  t.deepEqual(counted(use(10), use(11)), [idOf(10), idOf(11)]);
  t.deepEqual(counted(use(11), use(12)), [idOf(12)]);
  t.deepEqual(counted({ ...use(13), path: 'prod/shop/NONE' }, { ...use(14), version: 2 }, use(15)), [idOf(15)]);
});

test('uses of what nobody ever decided about, or asked for, leave nothing in the log', (t) => {
  const { history, report } = given();
  t.like(history.decide.service(report([], [use(1)])), { _tag: 'Right', right: [] });
});

test('of the uses that were counted the last are remembered, and no more', (t) => {
  const { history, report } = given();
  history.grant('shop', PATH);
  for (let n = 0; n < USES_KEPT + 10; n += 2) history.service(report([], [use(100 + n), use(101 + n)]));
  const known = [...(history.fold.world.uses.get('shop' as never) ?? [])] as ReadonlyArray<string>;
  t.is(known.length, USES_KEPT);
  t.deepEqual([known[0], known.at(-1)], [idOf(110), idOf(100 + USES_KEPT + 9)]);
});
