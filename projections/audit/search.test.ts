import test from 'ava';
import fc from 'fast-check';
import { hash } from '../../crypto/hash.ts';
import { utf8 } from '../../crypto/bytes.ts';
import type { Target } from '../../events/vocabulary.ts';
import { memoryStore } from '../memory-store.ts';
import { newModels } from '../models.ts';
import { encodeEntry } from '../text.ts';
import { add, AuditBlock, fromStored, newBuilder, toStored } from './block.ts';
import type { Kind, Noted } from './kinds.ts';
import { blockReader, findPage, type Found, type FoundPage, type Place, type Wanted } from './search.ts';
import { isWanted } from './terms.ts';
import { orThrow } from '../../tests/support/or-throw.ts';

const digestOf = (text: string): string => hash(utf8(text));

const SERVICES = ['shop', 'billing', 'mail', 'rare'];
const PATHS = ['a/b/ONE', 'a/b/TWO', 'a/c/ONE', 'd/ONE', 'a/b/', 'a/'];
const orNull = <A>(one: fc.Arbitrary<A>) => fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: one });
const kind: fc.Arbitrary<Kind> = fc.record({
  what: fc.constantFrom('read', 'secret.written', 'access.granted', 'secret.disabled'),
  outcome: fc.constantFrom('done', 'allowed', 'refused', 'void'),
  service: fc.oneof(fc.constant(null), fc.constantFrom(...SERVICES)),
  path: fc.oneof(fc.constant(null), fc.constantFrom(...(PATHS as Target[]))),
  actor: fc.oneof(fc.constant(null), fc.constantFrom('root', 'shop')),
  reason: orNull(fc.constantFrom('missing', '')),
  detail: orNull(fc.string()),
  version: orNull(fc.nat(2)),
  offline: orNull(fc.integer({ min: 0 })),
  count: orNull(fc.constantFrom(0, Number.MAX_SAFE_INTEGER - 1)),
});
/** Messages of one entry, and of hundreds; what is rare stands in few blocks. */
const message = fc.record({ gap: fc.integer({ min: 1, max: 3 }), later: fc.integer({ min: 0, max: 5 }), kinds: fc.array(kind, { minLength: 1, maxLength: 4 }), times: fc.constantFrom(1, 1, 1, 200) });
const log = fc.array(message, { minLength: 1, maxLength: 60 }).map((all) => {
  let [seq, at] = [0, 1_000];
  return all.map(({ gap, later, kinds, times }): Noted => {
    [seq, at] = [seq + gap, at + later];
    return { seq, at, writer: null, kinds: Array.from({ length: times }, () => kinds).flat() };
  });
});
const wanted: fc.Arbitrary<Wanted> = fc.record({
  service: orNull(fc.constantFrom(...SERVICES)),
  path: orNull(fc.constantFrom(...([...PATHS, 'e/NONE'] as Target[]))),
  type: orNull(fc.constantFrom('read', 'secret.', 'secret.written')),
  outcome: orNull(fc.constantFrom('done', 'refused')),
  actor: orNull(fc.constantFrom('root', 'shop')),
  from: orNull(fc.integer({ min: 1_000, max: 1_100 })),
  to: orNull(fc.integer({ min: 1_000, max: 1_200 })),
});

const all = (noted: ReadonlyArray<Noted>, by: Wanted): ReadonlyArray<string> =>
  noted
    .flatMap(({ seq, at, kinds }) => kinds.map((one, entry) => ({ seq, at, entry, kind: one })))
    .filter(({ at, kind: one }) => isWanted(by)(one) && (by.from === null || at >= by.from) && (by.to === null || at <= by.to))
    .map(nameOf)
    .reverse();
const nameOf = ({ seq, entry }: Pick<Found, 'seq' | 'entry'>): string => `${seq}.${entry}`;

test('any filter and any size of page give what filtering the whole gives, nothing twice and nothing lost while more comes', async (t) => {
  let [pages, fetched] = [0, 0];
  const check = async (noted: ReadonlyArray<Noted>, by: Wanted, limit: number, atFirst: number): Promise<void> => {
    const [models, store] = [newModels(digestOf), memoryStore()];
    const note = async (one: Noted): Promise<void> => {
      for (const spot of models.note(one)) {
        orThrow(await store.put('audit', spot.key, models.encoded(spot) ?? '', 0)());
        models.stored(spot);
        fetched += 1;
      }
    };
    const there = Math.max(1, Math.min(atFirst, noted.length));
    for (const one of noted.slice(0, there)) await note(one);
    const later = noted.slice(there);
    const found: string[] = [];
    let before: Place | null = null;
    do {
      const page: FoundPage = orThrow(await findPage(models, blockReader(models, store), by, { before, limit }));
      t.true(page.found.length <= limit);
      found.push(...page.found.map(nameOf));
      before = page.next;
      pages += 1;
      const next = later.shift();
      if (next !== undefined) await note(next);
    } while (before !== null);
    t.deepEqual(found, all(noted.slice(0, there), by));
  };
  const sizes = fc.oneof(fc.integer({ min: 5, max: 100 }), fc.constant(20_000));
  await fc.assert(fc.asyncProperty(log, wanted, sizes, fc.integer({ min: 1, max: 60 }), check), { numRuns: 60 });
  t.true(pages > 60 && fetched > 20, `${pages} pages, ${fetched} blocks`);
});

test('a block comes back from its stored text as it was', (t) => {
  fc.assert(
    fc.property(log, fc.nat(3), (noted, from) => {
      const block = newBuilder();
      noted.forEach((one, i) => add(block, one, i === 0 ? Math.min(from, one.kinds.length - 1) : 0));
      const { kinds, rows } = block;
      t.deepEqual(fromStored(JSON.parse(encodeEntry(AuditBlock, toStored(block))) as AuditBlock), { kinds, rows });
    }),
    { numRuns: 50 },
  );
});

test('an index of the same messages has the same blocks, however they came', (t) => {
  fc.assert(
    fc.property(log, (noted) => {
      const [one, other] = [newModels(digestOf), newModels(digestOf)];
      for (const each of noted) one.note(each);
      for (const each of noted) other.note(JSON.parse(JSON.stringify(each)) as Noted);
      t.deepEqual(one.audit.blocks, other.audit.blocks);
    }),
    { numRuns: 20 },
  );
});

test('what one message tells goes on in as many blocks as it takes: each fits into a message of NATS', async (t) => {
  const one: Kind = { what: 'read', outcome: 'refused', service: 'shop', path: null, actor: 'shop', reason: 'not_found', detail: null, version: null, offline: null, count: null };
  const [models, store] = [newModels(digestOf), memoryStore()];
  const kinds = Array.from({ length: 20_000 }, (_, n): Kind => ({ ...one, path: `${'é'.repeat(200)}/${n}` as Target }));
  const sizes: number[] = [];
  for (const spot of models.note({ seq: 7, at: 1, writer: null, kinds })) {
    const text = models.encoded(spot) ?? '';
    sizes.push(utf8(text).length);
    orThrow(await store.put('audit', spot.key, text, 0)());
    models.stored(spot);
  }
  t.true(sizes.length > 10 && Math.max(...sizes) < 768 * 1024, sizes.join());
  const only = { service: null, path: kinds[4_321]!.path, type: null, outcome: null, actor: null, from: null, to: null };
  t.like(orThrow(await findPage(models, blockReader(models, store), only, { before: null, limit: 5 })).found, [{ seq: 7, entry: 4_321 }]);
});

test('a block that the store has otherwise is named, not told', async (t) => {
  const [models, store] = [newModels(digestOf), memoryStore()];
  const one: Kind = { what: 'read', outcome: 'allowed', service: 'shop', path: 'a/b/ONE' as Target, actor: 'shop', reason: null, detail: null, version: 1, offline: null, count: null };
  const [spot] = models.note({ seq: 1, at: 1, writer: null, kinds: Array.from({ length: 500 }, () => one) });
  const text = models.encoded(spot!) ?? '';
  models.stored(spot!);
  const ask = () => findPage(models, blockReader(models, store), { service: null, path: null, type: null, outcome: null, actor: null, from: null, to: null }, { before: null, limit: 5 });
  const bad = { _tag: 'Left', left: { _tag: 'bad_entry', bucket: 'audit', key: spot!.key } };
  t.like(await ask(), bad);
  const revision = orThrow(await store.put('audit', spot!.key, text.replace('allowed', 'refused'), 0)());
  t.like(await ask(), bad);
  orThrow(await store.put('audit', spot!.key, text, revision)());
  t.is(orThrow(await ask()).found.length, 5);
});
