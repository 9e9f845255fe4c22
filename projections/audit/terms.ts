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

/** A term, as the hash of its text. Two terms that share one have a block looked at in vain, no more. */
type Term = number;

const BASIS = 0x811c9dc5;
const step = (before: Term, unit: number): Term => Math.imul(before ^ unit, 0x01000193);

/** FNV-1a over the units of a text, going on from what was hashed before it: nobody joins texts for it. */
const hash = (text: string, before: Term = BASIS): Term => {
  let term = before;
  for (let i = 0; i < text.length; i += 1) term = step(term, text.charCodeAt(i));
  return term;
};

/** The second hash, of the first: what MurmurHash3 ends with. */
const mixed = (term: Term): number => {
  const half = Math.imul(term ^ (term >>> 16), 0x85ebca6b);
  const other = Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
  return other ^ (other >>> 16);
};

const placeOf = (term: Term, n: number, bits: number): number => ((term + Math.imul(n, mixed(term) | 1)) >>> 0) % bits;

const serviceTerm = (service: string): Term => hash(service, hash('s '));
const actorTerm = (actor: string): Term => hash(actor, hash('a '));
const whatTerm = (what: string): Term => hash(what, hash('w '));
const outcomeTerm = (outcome: string): Term => hash(outcome, hash('o '));

/** Of a path itself, and of every prefix of it; with the service, where there is one, since both together are asked for most. */
const before = (kind: 'p' | 'u', service: string | null): Term => hash(' ', hash(service ?? '', hash(kind)));
const pathTerm = (path: string, service: string | null): Term => hash(path, before('p', service));
const underTerm = (prefix: string, service: string | null): Term => hash(prefix, before('u', service));

const SLASH = 0x2f;

const addPath = (terms: Set<Term>, path: Target, service: string | null): void => {
  terms.add(pathTerm(path, service));
  let under = before('u', service);
  // As prefixesOf: what a target ends with is no slash between two segments.
  for (let i = 0; i < path.length - 1; i += 1) {
    const unit = path.charCodeAt(i);
    under = step(under, unit);
    if (unit === SLASH) terms.add(under);
  }
};

const familyOf = (what: string): string => what.slice(0, what.indexOf('.') + 1);

const addKind = (terms: Set<Term>, { what, outcome, service, path, actor }: Kind): void => {
  terms.add(whatTerm(what)).add(whatTerm(familyOf(what))).add(outcomeTerm(outcome));
  if (service !== null) terms.add(serviceTerm(service));
  if (actor !== null) terms.add(actorTerm(actor));
  if (path !== null) addPath(terms, path, null);
  if (path !== null && service !== null) addPath(terms, path, service);
};

export const newTerms = (kinds: ReadonlyArray<Kind>): Terms => {
  const all = new Set<Term>();
  for (const kind of kinds) addKind(all, kind);
  const filter = new Uint8Array(Math.max(8, Math.ceil((all.size * BITS_PER_TERM) / 8)));
  for (const term of all) {
    for (let n = 0; n < HASHES; n += 1) {
      const place = placeOf(term, n, filter.length * 8);
      filter[place >> 3] = (filter[place >> 3] ?? 0) | (1 << (place & 7));
    }
  }
  return filter;
};

const has = (filter: Terms, term: Term): boolean => {
  for (let n = 0; n < HASHES; n += 1) {
    const place = placeOf(term, n, filter.length * 8);
    if (((filter[place >> 3] ?? 0) & (1 << (place & 7))) === 0) return false;
  }
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
const alternatives = ({ service, path, type, outcome, actor }: Narrowing): ReadonlyArray<ReadonlyArray<Term>> => [
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
