/** What the compiler says of generated clients, and of programs that use them. */
import test from 'ava';
import fc from 'fast-check';
import type { Schema } from '../protocol/schema.ts';
import { complaints } from '../tests/support/compiled.ts';
import { schemas } from '../tests/support/schemas.ts';
import { clientSource } from './typescript.ts';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    NEEDED: { type: 'string', description: 'the bank */' },
    LEVEL: { type: 'string', default: 'info' },
    MAYBE: { type: 'string', format: 'uri' },
    ['__proto__']: { type: 'string' },
    'a.b': { type: 'string' },
  },
  required: ['NEEDED', 'a.b'],
};

/** Line by line: what the program says, and the part of a complaint that there must be, if any. */
const PROGRAM: ReadonlyArray<readonly [line: string, complaint?: string]> = [
  ["import type { Values } from 'jetlock/client';"],
  ["import { createSecrets, schema, type SecretKey, type Secrets } from './secrets.ts';"],
  ["const client = createSecrets({ namespace: 'prod/shop' });"],
  ["export const needed: Promise<string> = client.getSecret('NEEDED');"],
  ["export const withDefault: Promise<string> = client.getSecret('LEVEL');"],
  ["export const dotted: Promise<string> = client.getSecret('a.b');"],
  ["export const maybe: Promise<string | undefined> = client.getSecret('MAYBE');"],
  ["export const unsure: Promise<string> = client.getSecret('MAYBE');", 'undefined'],
  ["export const inherited: Promise<string> = client.getSecret('__proto__');", 'undefined'],
  ["export const wrong = client.getSecret('NEDED');", '"NEDED"'],
  ["export const inObject = client.getSecret('toString');", '"toString"'],
  ["export const handler = client.onChange('NOWHERE', () => undefined);", '"NOWHERE"'],
  ["export const key: SecretKey = 'NOWHERE';", '"NOWHERE"'],
  ["export const option = createSecrets({ namespaces: 'prod' });", 'namespaces'],
  ['export const all: Promise<Secrets> = client.getAll();'],
  ['export const same = (values: Secrets): Values<typeof schema> => values;'],
  ['export const level = async (): Promise<string> => (await client.getAll()).LEVEL;'],
  ['export const noMaybe = async (): Promise<string> => (await client.getAll()).MAYBE;', 'undefined'],
];

const SAMPLES = fc.sample(schemas, { numRuns: 60, seed: 7 });

// All at once: most of the time goes into the types of the client itself.
const told = complaints({
  'secrets.ts': clientSource(SCHEMA),
  'program.ts': PROGRAM.map(([line]) => line).join('\n'),
  ...Object.fromEntries(SAMPLES.map((schema, at) => [`sample${at}.ts`, clientSource(schema)])),
});

test('a wrong key is a compile error; what may be missing may be undefined, and nothing else', (t) => {
  PROGRAM.forEach(([line, expected], at) => {
    const here = told.filter((complaint) => complaint.startsWith(`program.ts:${at + 1} `));
    t.is(here.length, expected === undefined ? 0 : 1, `${line}\n${here.join('\n')}`);
    t.true(here.join().includes(expected ?? ''), `${line}\n${here.join('\n')}`);
  });
});

test('whatever is in a schema: its client compiles, as strict as the compiler can be', (t) => {
  t.deepEqual(told.filter((complaint) => !complaint.startsWith('program.ts:')), []);
});
