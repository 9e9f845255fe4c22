/** What a service expects of a value, in the words of its JSON Schema. It is told to admins, and never keeps a value out. */
import * as t from 'io-ts';
import { orNull } from './codec.ts';
import { Note, ServiceName } from './vocabulary.ts';

/** Formats of JSON Schema (2020-12, validation, section 7.3) that a value can be checked against. */
export const FORMATS = ['date', 'date-time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'time', 'uri', 'uuid'] as const;
/** Written out, since it is in the types of the package. */
export type Format = (typeof FORMATS)[number];
export const Format: t.Type<Format> = t.keyof(
  Object.fromEntries(FORMATS.map((format) => [format, null])) as Readonly<Record<Format, null>>,
  `one of ${FORMATS.join(', ')}`,
);

export const PATTERN_MAX = 256;

/** A pattern of JSON Schema as it was written: at most 256 characters and 512 bytes, one line. Whether it can be used at all is not looked at. */
export const Pattern = t.brand(
  Note,
  (s): s is t.Branded<Note, { readonly Pattern: unique symbol }> => s.length <= PATTERN_MAX,
  'Pattern',
);
export type Pattern = t.TypeOf<typeof Pattern>;

/** Both null: a service expects nothing. */
export const expectation = { format: orNull(Format), pattern: orNull(Pattern) } as const;

export type Expectation = { readonly format: Format | null; readonly pattern: Pattern | null };

export const NOTHING_EXPECTED: Expectation = { format: null, pattern: null };
export const isSame = (one: Expectation, other: Expectation): boolean => one.format === other.format && one.pattern === other.pattern;

/**
 * One thing that a service expects, and whether the value has it: null where that was not looked at, or could not be told.
 * `wanted`: the name of the format, or the pattern.
 */
export const Check = t.strict({ service: ServiceName, kind: t.keyof({ format: null, pattern: null }), wanted: Note, fits: orNull(t.boolean) }, 'Check');
export type Check = t.TypeOf<typeof Check>;

/** What is expected, not looked at yet. */
export const unchecked = (service: ServiceName, { format, pattern }: Expectation): ReadonlyArray<Check> => [
  ...(format === null ? [] : [{ service, kind: 'format' as const, wanted: format as string as Note, fits: null }]),
  ...(pattern === null ? [] : [{ service, kind: 'pattern' as const, wanted: pattern, fits: null }]),
];
