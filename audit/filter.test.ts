import test from 'ava';
import fc from 'fast-check';
import { sure, covers, isPrefix, SecretPath, ServiceName, Target } from '../events/vocabulary.ts';
import { everyEvent, linesOf } from '../tests/support/audit.ts';
import { newHistory } from '../tests/support/history.ts';
import { parseTime, wants, type Filter } from './filter.ts';
import { AuditLine } from '../protocol/audit-line.ts';

const NOW = Date.UTC(2026, 5, 1);
const time = (text: string): number | string => {
  const parsed = parseTime(text, NOW);
  return parsed._tag === 'Right' ? parsed.right : parsed.left;
};

test('a time is a moment, a day, or so long ago', (t) => {
  t.is(time('2026-01-31T10:00:00Z'), Date.UTC(2026, 0, 31, 10));
  t.is(time('2026-01-31T10:00:00.5+02:00'), Date.UTC(2026, 0, 31, 8, 0, 0, 500));
  t.is(time('2026-01-31'), Date.UTC(2026, 0, 31));
  t.deepEqual(['30s', '5m', '2h', '7d', '2w'].map((text) => NOW - Number(time(text))), [30_000, 300_000, 7_200_000, 604_800_000, 1_209_600_000]);
  for (const text of ['', '2', 'h', '-2h', '2y', '2h ago', 'yesterday', '2026', '2026-13-01', '2026-01-31T10:00:00', '2026-01-31T25:00Z', ' 2h'])
    t.is(typeof time(text), 'string', text);
});

const segment = fc.constantFrom('a', 'b', 'ab');
const path = fc.array(segment, { minLength: 2, maxLength: 4 }).map((all) => sure(SecretPath, all.join('/')));
const prefix = fc.array(segment, { minLength: 1, maxLength: 3 }).map((all) => sure(Target, `${all.join('/')}/`));
const target = fc.oneof(path, prefix);
const service = fc.constantFrom('x', 'y').map((name) => sure(ServiceName, name));
const anyLine = fc
  .record({ seq: fc.nat(), at: fc.nat(100), path, service })
  .map(({ at, seq, ...about }) => sure(AuditLine, { seq, at: new Date(at).toISOString(), what: 'read', about, outcome: 'allowed', verified: 'mac' }));
const anyFilter: fc.Arbitrary<Filter> = fc.record({ since: fc.nat(100), until: fc.nat(100), service, path: target }, { requiredKeys: [] });

test('a line is wanted exactly if each part of the filter wants it', (t) => {
  fc.assert(
    fc.property(anyLine, anyFilter, (line, filter) => {
      const parts = Object.entries(filter).map(([name, value]) => wants({ [name]: value }, line));
      return wants(filter, line) === parts.every(Boolean);
    }),
  );
  t.pass();
});

test('since and until are included, a service is its own, a path is what a grant of it would open', (t) => {
  fc.assert(
    fc.property(anyLine, fc.nat(100), service, target, (line, at, of, wanted) => {
      t.is(wants({ since: at }, line), Date.parse(line.at) >= at);
      t.is(wants({ until: at }, line), Date.parse(line.at) <= at);
      t.is(wants({ service: of }, line), line.about.service === of);
      t.is(wants({ path: wanted }, line), covers(wanted, line.about.path!));
    }),
  );
});

test('what was granted or denied by a prefix shows for the paths under it', (t) => {
  fc.assert(
    fc.property(anyLine, target, path, (line, granted, wanted) => {
      const { path: _, ...about } = line.about;
      t.is(wants({ path: wanted }, { ...line, about: { ...about, target: granted } }), covers(granted, wanted));
    }),
  );
});

test('a finding is shown to everybody', (t) => {
  fc.assert(fc.property(anyLine, anyFilter, (line, filter) => wants(filter, { ...line, finding: 'wrong signature' })));
  t.pass();
});

test('filtered lines are those of the whole log, in its order', async (t) => {
  const history = everyEvent(newHistory());
  const all = await linesOf(history);
  const filter = { service: sure(ServiceName, 'invoicer'), path: sure(Target, 'billing/') };
  const some = await linesOf(history, { filter });
  t.deepEqual(some, all.filter((line) => wants(filter, line)));
  t.true(some.length > 3 && some.length < all.length);
  t.true(some.every(({ about }) => about.service === 'invoicer' && (about.path ?? about.target)!.startsWith('billing/')));
  t.false(isPrefix(sure(Target, 'billing/KEY')));
});
