/** Changes of the read models as they happen, for many who listen: each is told from where it stands, live or after it was away. */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Sequence } from '../../events/vocabulary.ts';
import type { Projector } from '../../projections/run.ts';
import type { Applied } from '../../projections/session.ts';
import type { LiveChange, Topic } from '../../protocol/live.ts';
import type { AuditEntry } from '../../protocol/pages.ts';
import type { Audit } from '../audit/audit.ts';
import type { Replica } from '../log/replica.ts';
import { makeChanges, type Change, type Changes } from './changes.ts';

/** What is told: `reset` in place of more than can be told one by one. */
export type Told = { readonly event: 'change'; readonly data: LiveChange } | { readonly event: 'reset'; readonly data: { readonly seq: Sequence } };

export type Listener = {
  /** Who listens, as limits know them. */
  readonly name: string;
  readonly topics: ReadonlySet<Topic>;
  /** The last sequence that it has; null for those that listen from now on. */
  readonly after: number | null;
  readonly tell: (told: Told) => void;
  /** Nothing more comes. */
  readonly end: () => void;
};

export type Listening = {
  /** The sequence up to which everything was told. */
  readonly seq: () => number;
  readonly close: () => void;
};

export type Live = {
  /** Why nobody of that name may listen now: there are too many, of them or of all, or it has ended. To be asked just before `listen`. */
  readonly refused: (name: string) => Refusal | undefined;
  readonly listen: (listener: Listener) => Listening;
  /** What a listener was let in by may have ended: told whenever admins, their keys or tokens change. What it returns ends that. */
  readonly onRightsChanged: (look: () => void) => () => void;
  readonly end: () => void;
};

type Parts = { readonly replica: Pick<Replica, 'fold' | 'onFailed'>; readonly audit: Pick<Audit, 'since'>; readonly projector: Pick<Projector, 'folded' | 'onApplied'> };

const LISTENERS_MAX = 100;
/** Of one name: the tabs that a person keeps open. */
export const LISTENERS_OF_ONE = 8;
/** More entries at once are not told one by one. */
const ENTRIES_MAX = 2_000;
/** What comes within this is told together: looking costs more than telling. */
const PAUSE_MS = 25;

const merged = (changes: ReadonlyArray<Change>, entries: ReadonlyArray<AuditEntry>, topics: ReadonlySet<Topic>): ReadonlyArray<LiveChange> => {
  const all = new Map<number, LiveChange & { readonly audit: AuditEntry[] }>();
  const at = (seq: Sequence) => {
    const known = all.get(seq) ?? { seq, inbox: [], catalogue: [], audit: [] };
    all.set(seq, known);
    return known;
  };
  for (const { seq, inbox, catalogue } of changes) {
    const one = { ...at(seq), ...(topics.has('inbox') ? { inbox } : {}), ...(topics.has('catalogue') ? { catalogue } : {}) };
    if (one.inbox.length + one.catalogue.length > 0) all.set(seq, one);
    else all.delete(seq);
  }
  for (const entry of entries) at(entry.seq).audit.push(entry);
  return [...all.values()].sort((a, b) => a.seq - b.seq);
};

type Standing = { seq: number; isOver: boolean; isAtIt: boolean; wanted: boolean };

/** Tells what is new since it was last told something. Nothing new is never told twice: it stands where it was told up to. */
const catchUp = async ({ audit, projector }: Parts, changes: Changes, { topics, tell }: Listener, standing: Standing): Promise<void> => {
  const head = projector.folded().applied();
  if (head <= standing.seq) return;
  const entries = topics.has('audit') ? await audit.since(standing.seq, ENTRIES_MAX) : right([]);
  // It is tried again with the next message.
  if (isLeft(entries) || standing.isOver) return;
  const some = changes.since(standing.seq);
  // What came while the log was read is told the next time.
  if (some === undefined || entries.right === undefined) tell({ event: 'reset', data: { seq: head as Sequence } });
  else for (const data of merged(some.filter(({ seq }) => seq <= head), entries.right.filter(({ seq }) => seq <= head), topics)) tell({ event: 'change', data });
  standing.seq = head;
};

/** One look after another, and one more where something came meanwhile. */
const wake = async (parts: Parts, changes: Changes, listener: Listener, standing: Standing): Promise<void> => {
  standing.wanted = true;
  if (standing.isAtIt) return;
  standing.isAtIt = true;
  while (standing.wanted && !standing.isOver) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    standing.wanted = false;
    await catchUp(parts, changes, listener, standing);
  }
  standing.isAtIt = false;
};

const isAboutRights = ({ noted: { kinds } }: Applied): boolean => kinds.some(({ what }) => what.startsWith('admin.') || what.startsWith('token.'));

type State = Parts & { readonly changes: Changes; readonly listeners: Map<Listener, Standing>; readonly looks: Set<() => void>; last: number; isOver: boolean };

const applied = (state: State, one: Applied): void => {
  // A rebuild folds all of it again.
  if (one.noted.seq <= state.last) return;
  state.last = one.noted.seq;
  state.changes.add(one);
  for (const [listener, standing] of state.listeners) void wake(state, state.changes, listener, standing);
  if (state.looks.size > 0 && isAboutRights(one)) for (const look of state.looks) look();
};

const refused = ({ isOver, listeners }: State, name: string): Refusal | undefined => {
  if (isOver) return refuse('unavailable');
  const own = [...listeners.keys()].filter((listener) => listener.name === name).length;
  return listeners.size >= LISTENERS_MAX || own >= LISTENERS_OF_ONE ? refuse('busy') : undefined;
};

const listen = (state: State, listener: Listener): Listening => {
  const { listeners, changes, replica, projector } = state;
  const now = Math.max(replica.fold.applied(), projector.folded().applied());
  const standing = { seq: listener.after ?? now, isOver: false, isAtIt: false, wanted: false };
  // Of another log, or one that was put back.
  if (standing.seq > now) {
    standing.seq = now;
    listener.tell({ event: 'reset', data: { seq: now as Sequence } });
  }
  listeners.set(listener, standing);
  void wake(state, changes, listener, standing);
  const close = (): void => {
    standing.isOver = true;
    listeners.delete(listener);
  };
  return { seq: () => standing.seq, close };
};

const end = (state: State): void => {
  state.isOver = true;
  for (const [listener, standing] of state.listeners) {
    standing.isOver = true;
    listener.end();
  }
  state.listeners.clear();
};

export const makeLive = (parts: Parts): Live => {
  const state: State = { ...parts, changes: makeChanges(), listeners: new Map(), looks: new Set(), last: 0, isOver: false };
  parts.projector.onApplied((one) => applied(state, one));
  parts.replica.onFailed(() => end(state));
  return {
    end: () => end(state),
    refused: (name) => refused(state, name),
    listen: (listener) => listen(state, listener),
    onRightsChanged: (look) => {
      state.looks.add(look);
      return () => void state.looks.delete(look);
    },
  };
};
