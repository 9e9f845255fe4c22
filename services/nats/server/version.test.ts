import test from 'ava';
import fc from 'fast-check';
import { compareVersions, MINIMUM_VERSION, parseVersion } from './version.ts';

test('reads the version out of what nats-server prints, and out of nothing else', (t) => {
  t.is(parseVersion('nats-server: v2.15.1\n'), '2.15.1');
  t.is(parseVersion('nats-server: v2.15.0-dev\n'), '2.15.0-dev');
  for (const other of ['', 'v2.15.1', 'nats-server version 1', 'nats-server: v2.15', 'nats-server: v2.15.1; rm']) t.is(parseVersion(other), undefined);
});

test('orders versions by their numbers, not their letters', (t) => {
  t.true(compareVersions('2.9.10', '2.10.23') < 0);
  t.true(compareVersions('2.10.3', '2.10.23') < 0);
  t.true(compareVersions('2.15.1', MINIMUM_VERSION) > 0);
  t.true(compareVersions('3.0.0', '2.99.99') > 0);
  t.is(compareVersions('2.15.0-dev', '2.15.0'), 0);
});

test('the order of versions is that of their triples', (t) => {
  const triple = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30));
  const weight = ([major, minor, patch]: readonly [number, number, number]): number => (major * 100 + minor) * 100 + patch;
  fc.assert(
    fc.property(triple, triple, (a, b) => Math.sign(compareVersions(a.join('.'), b.join('.'))) === Math.sign(weight(a) - weight(b))),
  );
  t.pass();
});
