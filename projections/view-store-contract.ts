/** What every store of read models must do: run by the tests of each. */
import type { TestFn } from 'ava';
import type { Either } from 'fp-ts/lib/Either.js';
import type { ViewStore } from './view-store.ts';

const right = <A>(result: Either<unknown, A>): A => {
  if (result._tag === 'Left') throw new Error(JSON.stringify(result.left));
  return result.right;
};
const CONFLICT = { _tag: 'Left', left: { _tag: 'conflict' } };

type Make = () => Promise<ViewStore>;

const changes = (test: TestFn, make: Make): void => {
  test('what was never there has revision 0, and that is what a first put names', async (t) => {
    const store = await make();
    t.deepEqual(right(await store.get('catalog', 'a.B')()), { value: null, revision: 0 });
    const revision = right(await store.put('catalog', 'a.B', 'one', 0)());
    t.deepEqual(right(await store.get('catalog', 'a.B')()), { value: 'one', revision });
    t.like(await store.put('catalog', 'a.B', 'two', 0)(), CONFLICT);
    t.deepEqual(right(await store.get('services', 'a.B')()), { value: null, revision: 0 });
  });

  test('of two that change the same revision one is refused', async (t) => {
    const store = await make();
    const first = right(await store.put('catalog', 'a.B', 'one', 0)());
    const results = await Promise.all([store.put('catalog', 'a.B', 'two', first)(), store.delete('catalog', 'a.B', first)()]);
    t.is(results.filter(({ _tag }) => _tag === 'Right').length, 1);
    t.deepEqual(results.find(({ _tag }) => _tag === 'Left'), CONFLICT as never);
  });

  test('what was deleted is not there, but has a revision', async (t) => {
    const store = await make();
    const first = right(await store.put('catalog', 'a.B', 'one', 0)());
    right(await store.delete('catalog', 'a.B', first)());
    const gone = right(await store.get('catalog', 'a.B')());
    t.is(gone.value, null);
    t.true(gone.revision > first);
    t.deepEqual(right(await store.entries('catalog')()), []);
    t.like(await store.put('catalog', 'a.B', 'two', 0)(), CONFLICT);
    right(await store.put('catalog', 'a.B', 'two', gone.revision)());
    t.is(right(await store.get('catalog', 'a.B')()).value, 'two');
  });

  test('a deletion names what it deletes', async (t) => {
    const store = await make();
    t.like(await store.delete('catalog', 'a.B', 0)(), CONFLICT);
    right(await store.put('catalog', 'a.B', 'one', 0)());
    t.like(await store.delete('catalog', 'a.B', 0)(), CONFLICT);
    t.is(right(await store.get('catalog', 'a.B')()).value, 'one');
  });
};

const lists = (test: TestFn, make: Make): void => {
  test('entries come in the order of keys, those that are wanted', async (t) => {
    const store = await make();
    t.deepEqual(right(await store.entries('usage')()), []);
    for (const key of ['b.x.KEY', '=.a', 'a.x.KEY', 'a.KEY', 'a=2Eb.x.KEY']) right(await store.put('usage', key, `of ${key}`, 0)());
    const keys = async (...args: ReadonlyArray<Parameters<ViewStore['entries']>[1]>) =>
      right(await store.entries('usage', ...args)()).map(({ key }) => key);
    t.deepEqual(await keys(), ['=.a', 'a.KEY', 'a.x.KEY', 'a=2Eb.x.KEY', 'b.x.KEY']);
    t.deepEqual(await keys({ keys: 'a.>' }), ['a.KEY', 'a.x.KEY']);
    t.deepEqual(await keys({ keys: '*.x.KEY' }), ['a.x.KEY', 'a=2Eb.x.KEY', 'b.x.KEY']);
    t.deepEqual(await keys({ where: (key) => key.endsWith('x.KEY') }), ['a.x.KEY', 'a=2Eb.x.KEY', 'b.x.KEY']);
    t.deepEqual(right(await store.entries('usage', { keys: 'none.>' })()), []);
    const [one] = right(await store.entries('usage', { keys: 'b.>' })());
    t.deepEqual(one, { key: 'b.x.KEY', ...right(await store.get('usage', 'b.x.KEY')()) } as never);
  });

  test('an entry with other than plain letters comes back as it was', async (t) => {
    const store = await make();
    right(await store.put('catalog', 'a.B', '{"description":"grün ✓"}', 0)());
    t.is(right(await store.entries('catalog')())[0]?.value, '{"description":"grün ✓"}');
  });
};

/** @param make an empty store */
export const contract = (test: TestFn, make: Make): void => {
  changes(test, make);
  lists(test, make);
};
