/** One reading of the log from its first message on: a fold of its own, and the read models that it makes in memory. */
import { type Fold, makeFold } from '../events/fold/fold.ts';
import { keyIdOf } from '../events/fold/accept.ts';
import type { LogCrypto } from '../events/fold/log-crypto.ts';
import type { Log, LogMessage } from '../events/log/log.ts';
import type { Subjects } from '../events/subjects.ts';
import { type Models, newModels, type Spot } from './models.ts';
import { PROJECTIONS, type ProjectionName } from './projection.ts';

/** Why a session cannot go on. Nothing is skipped. */
export type SessionEnd =
  /** The fold came to a message after which nothing can be judged. */
  | { readonly _tag: 'halted'; readonly why: 'history changed' | 'unknown event'; readonly seq: number }
  /** A log key that the keyring names is not there. */
  | { readonly _tag: 'log_key'; readonly key: string; readonly seq: number };

export type SessionParts = {
  readonly log: Log;
  readonly subjects: Subjects;
  readonly crypto: LogCrypto;
  /**
   * Makes a log key available to `crypto.mac`. False: there is no such key. While that cannot be told it waits; it must not
   * reject.
   */
  readonly loadKey: (key: string) => Promise<boolean>;
  /** After each message of the state's family, whether it counted or not. */
  readonly onState: () => void;
  readonly onEnd: (end: SessionEnd) => void;
};

export type Session = {
  /** Sequence of the last message that was folded. */
  readonly applied: () => number;
  readonly models: Models;
  /** Calls back once, with the entries as they are at the first message at or after the sequence. */
  readonly at: (seq: number, then: () => void) => void;
  /** No message is folded until the work is done. */
  readonly atRest: <A>(work: () => Promise<A>) => Promise<A>;
  /** What changed since it was taken last, of the read models that are wanted. */
  readonly takeChanged: (wanted: (bucket: ProjectionName) => boolean) => ReadonlyArray<Spot>;
  readonly giveBack: (spots: ReadonlyArray<Spot>) => void;
  readonly close: () => Promise<void>;
};

type Mark = { readonly seq: number; readonly then: () => void };

type State = {
  readonly parts: SessionParts;
  readonly fold: Fold;
  readonly models: Models;
  /** Keys by the read model that they are of. */
  readonly changed: ReadonlyMap<ProjectionName, Set<string>>;
  readonly keys: Set<string>;
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

const end = (state: State, why: SessionEnd): void => {
  state.over = true;
  state.parts.onEnd(why);
};

const reach = (state: State): void => {
  if (state.marks.length === 0) return;
  const due = state.marks.filter(({ seq }) => seq <= state.fold.applied());
  state.marks = state.marks.filter((one) => !due.includes(one));
  for (const { then } of due) then();
};

const apply = (state: State, message: LogMessage): void => {
  const { parts, fold, models } = state;
  const folded = fold.apply(message);
  if (folded.verdict._tag === 'halted') return end(state, { _tag: 'halted', why: folded.verdict.why, seq: message.seq });
  mark(state, models.apply(folded, fold.world));
  if (parts.subjects.isState(message.subject)) parts.onState();
  reach(state);
};

const withKey = async (state: State, key: string, message: LogMessage): Promise<void> => {
  if (await state.parts.loadKey(key)) state.keys.add(key);
  // Before there is a keyring anyone may have written anything: what is under no key of ours is skipped by the fold.
  else if (state.fold.world.keyring !== null) return end(state, { _tag: 'log_key', key, seq: message.seq });
  while (state.rest !== undefined) await state.rest;
  if (!state.over) apply(state, message);
};

const take = (state: State, message: LogMessage): void | Promise<void> => {
  if (state.over) return;
  if (state.rest !== undefined) return state.rest.then(() => take(state, message));
  // Nearly always: the fold need not be asked about a key that is there.
  if (state.keys.has(keyIdOf(message))) return apply(state, message);
  const key = state.fold.keyNeeded(message);
  return key === undefined ? apply(state, message) : withKey(state, key, message);
};

const atRest = async <A>(state: State, work: () => Promise<A>): Promise<A> => {
  while (state.rest !== undefined) await state.rest;
  const working = work();
  const goOn = () => (state.rest = undefined);
  state.rest = working.then(goOn, goOn);
  return working;
};

/** Begins to read; settles when the log is followed, long before its head is reached. */
export const openSession = async (parts: SessionParts): Promise<Session> => {
  const { log, subjects, crypto } = parts;
  const fold = makeFold(subjects, crypto);
  const changed = new Map(PROJECTIONS.map((name) => [name, new Set<string>()]));
  const state: State = { parts, fold, models: newModels(), changed, keys: new Set(), marks: [], rest: undefined, over: false };
  const subscription = await log.follow({ filters: [subjects.all], from: 1, aside: true, onMessage: (message) => take(state, message) });
  return {
    applied: fold.applied,
    models: state.models,
    at: (seq, then) => {
      state.marks = [...state.marks, { seq, then }];
      reach(state);
    },
    atRest: (work) => atRest(state, work),
    takeChanged: (wanted) => takeChanged(state, wanted),
    giveBack: (spots) => mark(state, spots),
    close: async () => {
      state.over = true;
      await subscription.close();
    },
  };
};
