import test from 'ava';
import { isLeft } from 'fp-ts/lib/Either.js';
import { report } from './report.ts';
import { FORMATS } from '../events/expectation.ts';
import { Schema } from './schema.ts';

const problems = (schema: unknown): ReadonlyArray<string> => {
  const decoded = Schema.decode(schema);
  return isLeft(decoded) ? report(decoded.left) : [];
};
const withProperty = (property: unknown) => ({ type: 'object', properties: { API_KEY: property } });

const WHOLE = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'shop',
  type: 'object',
  properties: {
    DATABASE_URL: { type: 'string', description: 'where the orders are', format: 'uri', pattern: '^postgres:', path: 'prod/shared/DATABASE_URL' },
    'log.level': { type: 'string', default: '' },
    constructor: { type: 'string' },
  },
  required: ['DATABASE_URL', 'constructor'],
};

test('a schema is taken as it is, without a copy', (t) => {
  t.deepEqual(problems(WHOLE), []);
  t.is((Schema.decode(WHOLE) as { readonly right: unknown }).right, WHOLE);
  t.deepEqual(problems({ type: 'object', properties: {} }), []);
  for (const format of FORMATS) t.deepEqual(problems(withProperty({ type: 'string', format })), []);
});

test('a key that JavaScript has another use for is a key like any other', (t) => {
  t.deepEqual(problems(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}')), []);
  t.deepEqual(problems(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"number"}}}')), ['properties.__proto__.type: expected "string"']);
  t.deepEqual(problems({ type: 'object', properties: {}, required: ['toString'] }), ['required.0: expected one of the properties']);
});

for (const [what, schema, expected] of [
  ['no object', [WHOLE], 'the whole: expected Schema'],
  ['no properties', { type: 'object' }, 'properties: expected an object'],
  ['a property that is none', withProperty('hunter2'), 'properties.API_KEY: expected Property'],
  ['a property without a type', withProperty({}), 'properties.API_KEY.type: expected "string"'],
  ['another type', withProperty({ type: 'number' }), 'properties.API_KEY.type: expected "string"'],
  ['a keyword that nobody checks', withProperty({ type: 'string', minLength: 7 }), 'properties.API_KEY.minLength: expected nothing of that name, only type, description, format, pattern, default, path, source'],
  ['a description of two lines', withProperty({ type: 'string', description: 'hunter2\nhunter2' }), 'properties.API_KEY.description: expected one line of at most 512 bytes'],
  ['a default that is no text', withProperty({ type: 'string', default: 7 }), 'properties.API_KEY.default: expected string'],
  ['an unknown format', withProperty({ type: 'string', format: 'hunter2' }), `properties.API_KEY.format: expected one of ${FORMATS.join(', ')}`],
  ['a format of another name in JavaScript', withProperty({ type: 'string', format: 'toString' }), `properties.API_KEY.format: expected one of ${FORMATS.join(', ')}`],
  ['a pattern that is none', withProperty({ type: 'string', pattern: '(' }), 'properties.API_KEY.pattern: expected a regular expression of at most 256 characters, 512 bytes'],
  ['a path that is none', withProperty({ type: 'string', path: 'shop' }), 'properties.API_KEY.path: expected a path: 2 to 8 parts of letters, digits, _ . - with / between'],
  ['a key that no path can end with', { type: 'object', properties: { 'A/B': { type: 'string' } } }, 'properties.A/B: expected a key of 1 to 64 letters, digits, _ . -'],
  ['a required key that is not there', { ...WHOLE, required: ['DATABASE_URL', 'NOWHERE'] }, 'required.1: expected one of the properties'],
] as const) {
  test(`${what}: refused by the name of the property and what was expected there, without a value`, (t) => {
    t.deepEqual(problems(schema), [expected]);
  });
}

test('all mistakes are told at once', (t) => {
  t.is(problems({ type: 'array', properties: { 'A B': {}, C: { type: 7, format: 'none' } } }).length, 4);
});
