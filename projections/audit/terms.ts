/**
 * What a block may be looked for by, as a Bloom filter: it says of a block that it surely has no such entry, or that it may have
 * one (Bloom 1970; two hashes make all, Kirsch and Mitzenmacher 2006).
 */
import { overlap, prefixesOf, type Target } from '../../events/vocabulary.ts';
import type { Kind } from './kinds.ts';

/** Of each term: with four bits set of it, one block in forty is looked at in vain. */
const BITS_PER_TERM = 8;
const HASHES = 4;

export type Terms = Uint8Array;

/** FNV-1a over the units of the text. */
const hash = (text: string, seed: number): number => {
  let value = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
};

const places = function* (bits: number, term: string): Generator<number> {
  const [one, two] = [hash(term, 0), hash(term, 0x9e3779b9) | 1];
  for (let i = 0; i < HASHES; i += 1) yield ((one + Math.imul(i, two)) >>> 0) % bits;
};

const serviceTerm = (service: string): string => `s ${service}`;
/** Of a path itself, and of every prefix of it; with the service, where there is one, since both together are asked for most. */
const pathTerm = (path: string, service: string | null = null): string => `p ${service ?? ''} ${path}`;
const underTerm = (prefix: string, service: string | null = null): string => `u ${service ?? ''} ${prefix}`;
const actorTerm = (actor: string): string => `a ${actor}`;
const whatTerm = (what: string): string => `w ${what}`;
const outcomeTerm = (outcome: string): string => `o ${outcome}`;

const ofPath = (path: Target, service: string | null): ReadonlyArray<string> => [pathTerm(path, service), ...prefixesOf(path).map((prefix) => underTerm(prefix, service))];

const familyOf = (what: string): string => what.slice(0, what.indexOf('.') + 1);

const termsOf = ({ what, outcome, service, path, actor }: Kind): ReadonlyArray<string> => [
  whatTerm(what),
  whatTerm(familyOf(what)),
  outcomeTerm(outcome),
  ...(service === null ? [] : [serviceTerm(service)]),
  ...(actor === null ? [] : [actorTerm(actor)]),
  ...(path === null ? [] : ofPath(path, null)),
  ...(path === null || service === null ? [] : ofPath(path, service)),
];

export const newTerms = (kinds: ReadonlyArray<Kind>): Terms => {
  const all = new Set(kinds.flatMap(termsOf));
  const filter = new Uint8Array(Math.max(8, Math.ceil((all.size * BITS_PER_TERM) / 8)));
  for (const term of all) for (const place of places(filter.length * 8, term)) filter[place >> 3] = (filter[place >> 3] ?? 0) | (1 << (place & 7));
  return filter;
};

const has = (filter: Terms, term: string): boolean => {
  for (const place of places(filter.length * 8, term)) if (((filter[place >> 3] ?? 0) & (1 << (place & 7))) === 0) return false;
  return true;
};

/** What entries are narrowed down by; see the query `audit.list`. */
export type Narrowing = {
  readonly service: string | null;
  readonly path: Target | null;
  readonly type: string | null;
  readonly outcome: string | null;
  readonly actor: string | null;
};

/** Of each line one has to be there. A grant of a prefix concerns what is under it, and stands under its own name. */
const alternatives = ({ service, path, type, outcome, actor }: Narrowing): ReadonlyArray<ReadonlyArray<string>> => [
  ...(service === null ? [] : [[serviceTerm(service)]]),
  ...(path === null ? [] : [[pathTerm(path, service), underTerm(path, service), ...prefixesOf(path).map((prefix) => pathTerm(prefix, service))]]),
  ...(type === null ? [] : [[whatTerm(type)]]),
  ...(outcome === null ? [] : [[outcomeTerm(outcome)]]),
  ...(actor === null ? [] : [[actorTerm(actor)]]),
];

/** Whether a block with these terms can have an entry that is wanted. */
export const mayHave = (filter: Terms, narrowing: Narrowing): boolean => alternatives(narrowing).every((any) => any.some((term) => has(filter, term)));

/** Whether entries of a kind are wanted. */
export const isWanted =
  ({ service, path, type, outcome, actor }: Narrowing) =>
  (kind: Kind): boolean =>
    (service === null || kind.service === service) &&
    (path === null || (kind.path !== null && overlap(kind.path, path))) &&
    (type === null || (type.endsWith('.') ? kind.what.startsWith(type) : kind.what === type)) &&
    (outcome === null || kind.outcome === outcome) &&
    (actor === null || kind.actor === actor);
