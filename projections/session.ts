/**
 * The read models in memory. A session reads the log from its first message on, with a fold of its own; if it is told to, it goes on
 * with the fold of its process as soon as it has caught up with that one, and lets go of its own.
 */
import type { Folded } from '../events/fold/verdict.ts';
import type { World } from '../events/world.ts';
import { notedOf, type Noted } from './audit/kinds.ts';
import { join, type Joining } from './join.ts';
import { type Models, newModels, type Spot } from './models.ts';
import { factsOf, PROJECTIONS, type Fact, type ProjectionName } from './projection.ts';
import { openReading, type Reading, type ReadingEnd, type ReadingParts } from './reading.ts';
import type { Verdicts } from './verdicts.ts';

/** Why a session cannot go on. `failed`: the fold that it went on with has failed. */
export type SessionEnd = ReadingEnd | { readonly _tag: 'failed'; readonly why: string };

export type SessionParts = ReadingParts & {
  /** Of the fold to go on with; none for a session that keeps to its own. */
  readonly verdicts?: Verdicts | undefined;
  /** After each message of the state's family, whether it counted or not. */
  readonly onState: () => void;
  readonly onEnd: (end: SessionEnd) => void;
  /** The digest of the text of an entry, as text. */
  readonly digestOf: (text: string) => string;
  /** The read models have what a message told. */
  readonly onApplied?: (applied: Applied) => void;
};

/** What a message told, and where that changed the read models. */
export type Applied = { readonly noted: Noted; readonly changed: ReadonlyArray<Spot> };

export type Session = {
  /** Sequence of the last message that the read models have. */
  readonly applied: () => number;
  readonly models: Models;
  /** Calls back once, with the entries as they are at the first message at or after the sequence. */
  readonly at: (seq: number, then: () => void) => void;
  /** The read models stay as they are until the work is done. */
  readonly atRest: <A>(work: () => Promise<A>) => Promise<A>;
  /** What changed since it was taken last, of the read models that are wanted. */
  readonly takeChanged: (wanted: (bucket: ProjectionName) => boolean) => ReadonlyArray<Spot>;
  readonly giveBack: (spots: ReadonlyArray<Spot>) => void;
  /** Goes on with the fold of the process once it has caught up, if there is one. To be called once. */
  readonly join: () => void;
  readonly close: () => Promise<void>;
};

type Mark = { readonly seq: number; readonly then: () => void };
/** What a message told the read models. */
type Told = { readonly seq: number; readonly isState: boolean; readonly facts: ReadonlyArray<Fact>; readonly noted: () => Noted };

type State = {
  readonly parts: SessionParts;
  readonly models: Models;
  /** Keys by the read model that they are of. */
  readonly changed: ReadonlyMap<ProjectionName, Set<string>>;
  /** Told while the read models were at rest, or to be applied in a moment. */
  readonly held: Told[];
  applied: number;
  marks: ReadonlyArray<Mark>;
  rest: Promise<unknown> | undefined;
  over: boolean;
};

const mark = (state: State, spots: ReadonlyArray<Spot>): void => {
  for (const { bucket, key } of spots) state.changed.get(bucket)?.add(key);
};

const takeChanged = ({ changed }: State, wanted: (bucket: ProjectionName) => boolean): ReadonlyArray<Spot> => {
  const taken: Spot[] = [];
  for (const [bucket, keys] of changed) {
    if (!wanted(bucket)) continue;
    for (const key of keys) taken.push({ bucket, key });
    keys.clear();
  }
  return taken;
};

const reach = (state: State): void => {
  if (!state.marks.some(({ seq }) => seq <= state.applied)) return;
  const due = state.marks.filter(({ seq }) => seq <= state.applied);
  state.marks = state.marks.filter((one) => !due.includes(one));
  for (const { then } of due) then();
};

const apply = (state: State, { seq, isState, facts, ...told }: Told): void => {
  state.applied = seq;
  const changed = state.models.apply(facts);
  const noted = told.noted();
  mark(state, changed);
  mark(state, state.models.note(noted));
  state.parts.onApplied?.({ noted, changed });
  if (isState) state.parts.onState();
  reach(state);
};

/** Who is called at a mark may want the read models to be at rest there. */
const drain = (state: State): void => {
  while (state.rest === undefined) {
    const told = state.held.shift();
    if (told === undefined) return;
    if (!state.over) apply(state, told);
  }
};

/** Facts are made at once, since the world goes on; a reading of one's own waits, the fold of the process waits for nobody. */
const toldOf = (state: State, folded: Folded, world: World, noted: () => Noted): Told => ({
  seq: folded.seq,
  isState: state.parts.subjects.isState(folded.subject),
  facts: factsOf(folded, world),
  noted,
});

const hear = (state: State, folded: Folded, world: World): void => {
  if (state.over) return;
  // While the read models are at rest much can come to be held: no whole records.
  const noted = notedOf(folded);
  state.held.push(toldOf(state, folded, world, () => noted));
  drain(state);
};

/** Those who are answered by a record of reads do not wait for what is counted of it. What the state's family tells is there at once, with all before it. */
const hearReadsLater = (state: State, folded: Folded, world: World): void => {
  if (state.rest !== undefined || state.parts.subjects.isState(folded.subject)) return hear(state, folded, world);
  if (state.over) return;
  state.held.push(toldOf(state, folded, world, () => notedOf(folded)));
  setImmediate(() => drain(state));
};

const atRest = async <A>(state: State, work: () => Promise<A>): Promise<A> => {
  while (state.rest !== undefined) await state.rest;
  const working = work();
  const over = () => {
    state.rest = undefined;
    drain(state);
  };
  state.rest = working.then(over, over);
  return working;
};

const at = (state: State, mark: Mark): void => {
  state.marks = [...state.marks, mark];
  reach(state);
};

const joinWith = (state: State, reading: Reading, verdicts: Verdicts): Joining =>
  join({
    reading,
    verdicts,
    log: state.parts.log,
    reached: (seq) => new Promise((resolve) => at(state, { seq, then: resolve })),
    onFolded: (folded, world) => hearReadsLater(state, folded, world),
    onFailed: (why) => {
      // What was folded before is true.
      drain(state);
      state.over = true;
      state.parts.onEnd({ _tag: 'failed', why });
    },
  });

/** Begins to read; settles when the log is followed, long before its head is reached. */
export const openSession = async (parts: SessionParts): Promise<Session> => {
  const changed = new Map(PROJECTIONS.map((name) => [name, new Set<string>()]));
  const state: State = { parts, models: newModels(parts.digestOf), changed, held: [], applied: 0, marks: [], rest: undefined, over: false };
  let joining: Joining | undefined;
  const reading = await openReading(parts, {
    pause: () => state.rest,
    onFolded: (folded, world) => {
      hear(state, folded, world);
      joining?.tryNow();
    },
    onEnd: parts.onEnd,
  });
  return {
    applied: () => state.applied,
    models: state.models,
    at: (seq, then) => at(state, { seq, then }),
    atRest: (work) => atRest(state, work),
    takeChanged: (wanted) => takeChanged(state, wanted),
    giveBack: (spots) => mark(state, spots),
    join: () => {
      joining = parts.verdicts && joinWith(state, reading, parts.verdicts);
    },
    close: async () => {
      drain(state);
      state.over = true;
      joining?.stop();
      await reading.close();
    },
  };
};
