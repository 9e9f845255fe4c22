/** Schemas of all kinds for property tests, with names and texts that would lead a careless generator astray. */
import fc from 'fast-check';
import { FORMATS } from '../../events/expectation.ts';
import type { Property, Schema } from '../../protocol/schema.ts';

const TRAPS = ["it's", '*/ evil(); /*', '`${evil()}`', '"\\', '// @ts-nocheck', '@ts-expect-error', '@deprecated', '</script>', 'pässwörd€🔒', '\u200e', '\ufeff', '\ud800'] as const;
/** One line, short enough for a description. */
const line = fc.oneof(fc.constantFrom(...TRAPS), fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replace(/\p{C}|\p{Z}/gu, ' ')));
const anyText = fc.oneof(line, fc.string({ unit: 'binary' }), fc.constantFrom('\n*/\u2028\u202e\r\0'));

const NAMES = ['__proto__', 'constructor', 'toString', 'properties', 'type', 'class', '0', '1e3', '-', 'a.b', '_', 'schema', 'then'] as const;
const key = fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}$/));

const property: fc.Arbitrary<Property> = fc.record(
  {
    type: fc.constant('string' as const),
    description: line,
    format: fc.constantFrom(...FORMATS),
    pattern: fc.constantFrom('^[a-z]+$', '\\d{3}', "['\"`]", '\\*/', '/'),
    default: anyText,
    path: fc.constantFrom('prod/shop/KEY', 'prod/__proto__/a.b'),
  },
  { requiredKeys: ['type'] },
);

export const schemas: fc.Arbitrary<Schema> = fc
  .record({ title: line, properties: fc.uniqueArray(fc.tuple(key, property), { selector: ([name]) => name, maxLength: 8 }), required: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }) })
  .map(({ title, properties, required }) => ({
    title,
    type: 'object',
    // Unlike an assignment this makes a property of `__proto__` too.
    properties: Object.fromEntries(properties),
    required: properties.flatMap(([name], at) => (required[at] === true ? [name] : [])),
  }));
