/** What a service expects of a value, in the words of its JSON Schema. It is told to admins, and never keeps a value out. */
import * as t from 'io-ts';
import { orNull } from './codec.ts';
import { Note } from './vocabulary.ts';

/** The formats that JSON Schema 2020-12 names, in section 7.3 of its validation vocabulary. */
export const Format = t.keyof(
  {
    'date-time': null,
    date: null,
    time: null,
    duration: null,
    email: null,
    'idn-email': null,
    hostname: null,
    'idn-hostname': null,
    ipv4: null,
    ipv6: null,
    uri: null,
    'uri-reference': null,
    iri: null,
    'iri-reference': null,
    uuid: null,
    'uri-template': null,
    'json-pointer': null,
    'relative-json-pointer': null,
    regex: null,
  },
  'Format',
);
export type Format = t.TypeOf<typeof Format>;

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
