import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { Schema, type Property } from '../protocol/schema.ts';
import { schemas } from '../tests/support/schemas.ts';
import { combine, type Packaged } from './combine.ts';
import { parseSchema, schemaText } from './schema-file.ts';

const pack = (name: string, properties: Readonly<Record<string, Property>>, required: ReadonlyArray<string> = [], version = '1.0.0'): Packaged => ({
  name,
  version,
  schema: { title: name, type: 'object', properties, required },
});
const TEXT: Property = { type: 'string' };

test('keys of all packages, sorted, each with who wants it; required is what one of them requires', (t) => {
  const shop = pack('shop', { b: TEXT, SHARED: { type: 'string', description: 'for all' } }, ['b']);
  const mail = pack('@acme/mail', { SHARED: { description: 'for all', type: 'string' }, a: TEXT, Z: TEXT }, ['SHARED', 'Z']);
  const combined = combine([shop, mail]);
  t.deepEqual(E.isRight(combined) && JSON.parse(schemaText(combined.right)), {
    $comment: 'Made by jetlock generate --combined, do not edit.',
    title: 'shop',
    type: 'object',
    properties: {
      SHARED: { type: 'string', description: 'for all', source: ['@acme/mail', 'shop'] },
      Z: { type: 'string', source: ['@acme/mail'] },
      a: { type: 'string', source: ['@acme/mail'] },
      b: { type: 'string', source: ['shop'] },
    },
    required: ['SHARED', 'Z', 'b'],
  });
  t.deepEqual(E.isRight(combined) && Object.keys(combined.right.properties), ['SHARED', 'Z', 'a', 'b']);
});

test('each key that two define differently is told, with both and what differs, and no value', (t) => {
  const conflicts = combine([
    { ...pack('shop', { A: { type: 'string', default: 'hunter2', format: 'uri' }, B: TEXT, C: TEXT }), version: undefined },
    pack('mail', { A: { type: 'string', default: 'hunter3', format: 'uri' }, B: { type: 'string', path: 'prod/mail/B', description: 'x' }, C: TEXT }),
    pack('mail', { A: { type: 'string', default: 'hunter2' } }, [], '2.0.0'),
  ]);
  t.deepEqual(conflicts, E.left([
    { key: 'A', packages: ['shop', 'mail@1.0.0'], differIn: ['default'] },
    { key: 'A', packages: ['shop', 'mail@2.0.0'], differIn: ['format'] },
    { key: 'B', packages: ['shop', 'mail@1.0.0'], differIn: ['description', 'path'] },
  ]));
});

test('whatever the packages ask for, in whatever order: one combined schema, a schema itself, or the same keys in conflict', (t) => {
  fc.assert(
    fc.property(fc.array(schemas, { minLength: 1, maxLength: 4 }), (all) => {
      const packages = all.map((schema, at): Packaged => ({ name: `p${at}`, version: '1.0.0', schema }));
      const [combined, turned] = [combine(packages), combine(packages.toReversed())];
      const conflicting = (result: typeof combined) => new Set(E.isLeft(result) ? result.left.map(({ key }) => key) : []);
      t.deepEqual(conflicting(turned), conflicting(combined));
      if (E.isLeft(combined) || E.isLeft(turned)) return;
      t.is(JSON.stringify({ ...turned.right, title: '' }), JSON.stringify({ ...combined.right, title: '' }));
      t.true(E.isRight(Schema.decode(combined.right)));
      t.deepEqual(parseSchema(schemaText(combined.right)), combined);
      for (const { properties } of all) for (const key of Object.keys(properties)) t.true(Object.hasOwn(combined.right.properties, key));
    }),
  );
});
