/**
 * What is kept for when nobody can be asked, and what was used of it: pure steps from one content of the file to the next.
 * Nothing is ever given past its time, and what was given is in the queue first.
 */
import * as t from 'io-ts';
import { Used } from '../../events/rollout/rollout.ts';
import { Ciphertext, Instant, SecretPath, Sequence, Version, type Id } from '../../events/vocabulary.ts';

/** `at` is when it was read, `until` how long it may be used: both by the clock of this machine. */
const Kept = t.strict({ path: SecretPath, version: Version, value: Ciphertext, read: Sequence, at: Instant, until: Instant }, 'Kept');
export type Kept = t.TypeOf<typeof Kept>;

/** `told`: it was sent with this count, and may have arrived: what is used from now on is another entry. */
const Queued = t.strict({ use: Used, told: t.boolean }, 'Queued');

/** `seen` is the latest time that there was: a clock that is set back brings nothing back. */
export const Content = t.strict({ v: t.literal(1), seen: Instant, kept: t.readonlyArray(Kept), uses: t.readonlyArray(Queued) }, 'Content');
export type Content = t.TypeOf<typeof Content>;

export const nothingKept: Content = { v: 1, seen: 0 as Instant, kept: [], uses: [] };

/**
 * Of all that is kept, as JSON. The sealed box has at most 716,800 characters, which is 537,000 bytes, and the uses take up to
 * 130,000 of those.
 */
const KEPT_CHARACTERS_MAX = 380_000;
/** What an entry takes beside its path and its value. */
const ENTRY_CHARACTERS = 160;
/** Uses that nobody was told of. With a full queue nothing more is given: it would be used without a record. */
export const USES_MAX = 256;
/** In one report. */
const TOLD_MAX = 64;

/** The time goes on only. What is over by it is gone. */
export const passed = (content: Content, clock: number): Content => {
  const seen = Math.max(content.seen, clock) as Instant;
  return { ...content, seen, kept: content.kept.filter(({ until }) => seen < until) };
};

const fitting = (kept: ReadonlyArray<Kept>): ReadonlyArray<Kept> => {
  let characters = 0;
  return kept.filter(({ path, value }) => (characters += path.length + value.length + ENTRY_CHARACTERS) <= KEPT_CHARACTERS_MAX);
};

export const forget = (content: Content, paths: ReadonlySet<SecretPath>): Content => ({ ...content, kept: content.kept.filter(({ path }) => !paths.has(path)) });

/** The newest first; what does not fit is not kept. */
export const keep = (content: Content, found: ReadonlyArray<Kept>): Content => {
  const { kept } = forget(content, new Set(found.map(({ path }) => path)));
  return { ...content, kept: fitting([...found, ...kept]) };
};

const counted = ({ uses }: Content, { path, version, read }: Kept, at: Instant, newId: () => Id): Content['uses'] => {
  const isOf = ({ use, told }: Content['uses'][number]): boolean => !told && use.path === path && use.version === version && use.read === read;
  const open = uses.find(isOf);
  if (open === undefined) return [...uses, { told: false, use: { id: newId(), path, version, read, count: 1 as Used['count'], first: at, last: at } }];
  const more = { ...open.use, count: (open.use.count + 1) as Used['count'], last: at };
  return uses.map((one) => (one === open ? { told: false, use: more } : one));
};

export type Taken = { readonly content: Content; readonly taken: ReadonlyArray<Kept> };

/** All of the paths or none; what is taken is counted as used. The content has to be `passed` to now. */
export const take = (content: Content, paths: ReadonlyArray<SecretPath>, newId: () => Id): Taken => {
  const taken = content.kept.filter(({ path }) => paths.includes(path));
  if (taken.length < new Set(paths).size) return { content, taken: [] };
  const uses = taken.reduce((all, one) => counted({ ...content, uses: all }, one, content.seen, newId), content.uses);
  return uses.length > USES_MAX ? { content, taken: [] } : { content: { ...content, uses }, taken };
};

/** What to report next, and the content in which that is as good as told. */
export const nextUses = (content: Content): { readonly content: Content; readonly uses: ReadonlyArray<Used> } => {
  const first = content.uses.slice(0, TOLD_MAX).map(({ use }) => ({ use, told: true }));
  return { content: { ...content, uses: [...first, ...content.uses.slice(TOLD_MAX)] }, uses: first.map(({ use }) => use) };
};

/** They are in the log. */
export const arrived = (content: Content, uses: ReadonlyArray<Used>): Content => {
  const ids = new Set(uses.map(({ id }) => id));
  return { ...content, uses: content.uses.filter(({ use }) => !ids.has(use.id)) };
};
