/**
 * From messages of the log to what counts. Replicas, the projector and auditors use this one fold, so all of them come to the
 * same verdict about every message. The order of checks: MAC and `prev`, shape, history, clock, and the decision again.
 */
import { eventsOf, goneWith } from '../admin/signed.ts';
import type { Actor } from '../decider.ts';
import type { Event } from '../event.ts';
import { evolve } from '../evolve.ts';
import type { LogMessage } from '../log/log.ts';
import { decideRead } from '../read/decide.ts';
import { decideNamespaceRead } from '../read/namespace.ts';
import type { Head, LogRecord, StateRecord } from '../record.ts';
import { refuse } from '../refusal.ts';
import type { Subjects } from '../subjects.ts';
import { Id, type Digest } from '../vocabulary.ts';
import type { World } from '../world.ts';
import { accept, isNamed, keyIdOf } from './accept.ts';
import { makeHeads, type Heads } from './heads.ts';
import { judge } from './judge.ts';
import type { LogCrypto } from './log-crypto.ts';
import { rememberIn, type Remember } from './remember.ts';
import { newState, saveState, type FoldState } from './state.ts';
import type { Folded, Verdict } from './verdict.ts';

/** A writer whose clock is further than this from the server's writes nothing that counts. */
export const CLOCK_DISTANCE_MS = 30_000;

export type Fold = {
  readonly world: World;
  /** Sequence of the last message that was folded. */
  readonly applied: () => number;
  readonly head: () => Head;
  readonly headAt: (seq: number) => Digest | undefined;
  /** Sequence of the last message on a subject, whatever it was. */
  readonly previous: (subject: string) => number;
  /** The same of every subject. */
  readonly lasts: ReadonlyMap<string, number>;
  /**
   * Goes on where another fold of the same log stands, which was given everything. Up to there this one was given every message of
   * the state's family: nothing that is decided from is passed over.
   */
  readonly goOnFrom: (other: Pick<Fold, 'applied' | 'lasts'>) => void;
  /** The log key that has to be at hand before this message can be folded. */
  readonly keyNeeded: (message: LogMessage) => string | undefined;
  readonly apply: (message: LogMessage) => Folded;
  /** All of it, as lines of JSON that `restoreLine` reads; as of now, however long it takes to go through them. */
  readonly save: () => Iterable<string>;
};

type Parts = { readonly world: World; readonly heads: Heads; readonly remember: Remember; readonly subjects: Subjects; readonly crypto: LogCrypto };

/** Of the key that signed. */
const additionOf = ({ admins }: World, actor: Actor): number | null => (actor.by === 'admin' ? (admins.get(actor.admin)?.keys.get(actor.key)?.seq ?? null) : null);

const followedBy = (world: World, event: Event, actor: Actor): ReadonlyArray<Event> =>
  event.type === 'AdminKeyRemovedWithAll' && actor.by === 'admin' ? eventsOf(goneWith(world, event.key, actor.key)) : [];

const applyState = ({ world, subjects, remember }: Parts, { subject, seq }: LogMessage, record: StateRecord, now: number): Verdict => {
  const judged = judge(world, subjects, subject, record, now);
  if (judged._tag === 'Left') {
    const { refusal, usedUp } = judged.left;
    if (usedUp !== null) remember(subject, usedUp, now, { seq: 0, refusal });
    return { _tag: 'void', record, refusal };
  }
  world.now = now;
  const { actor } = judged.right;
  const events = record.events.flatMap((event) => [event, ...followedBy(world, event, actor)]);
  const by = additionOf(world, actor);
  for (const event of events) evolve(world, event, now, seq, by);
  remember(subject, judged.right.id, now, { seq: record.events.length === 0 ? 0 : seq, refusal: null });
  return { _tag: 'state', record, cause: judged.right, events };
};

const applyRecord = (parts: Parts, message: LogMessage, record: LogRecord, now: number): Verdict => {
  const { world, heads, crypto } = parts;
  const history = heads.compare(record.head);
  if (history === 'other') return { _tag: 'halted', why: 'history changed' };
  if (record.kind === 'state') heads.push(message.seq, crypto.nextHead(heads.current().hash, message.seq, message.subject, message.data));
  if (history === 'old' || Math.abs(message.time - record.at) > CLOCK_DISTANCE_MS) return { _tag: 'void', record, refusal: refuse('outdated') };
  if (record.kind === 'state') return applyState(parts, message, record, now);
  const outcomes = record.reads.map((reading) => decideRead(world, reading, now));
  return { _tag: 'read', record, outcomes, namespaces: record.namespaces.map((reading) => decideNamespaceRead(world, reading)) };
};

/** @param state what was saved of a fold of the same log, which this one goes on from and owns; nothing for the first message */
export const makeFold = (subjects: Subjects, crypto: LogCrypto, state: FoldState = newState()): Fold => {
  const { world, previous } = state;
  const heads = makeHeads(crypto.noHead, state);
  const parts = { world, heads, subjects, crypto, remember: rememberIn(world) };
  let { applied } = state;
  let halted: Verdict | undefined;

  const verdictOf = (message: LogMessage, prev: number, now: number): Verdict => {
    if (halted !== undefined) return halted;
    const record = accept(parts, message, prev);
    const verdict = '_tag' in record ? record : applyRecord(parts, message, record, now);
    if (verdict._tag === 'halted') halted = verdict;
    return verdict;
  };

  return {
    world,
    applied: () => applied,
    head: heads.current,
    headAt: heads.at,
    previous: (subject) => previous.get(subject) ?? 0,
    lasts: previous,
    goOnFrom: (other) => {
      for (const [subject, seq] of other.lasts) if (previous.get(subject) !== seq) previous.set(subject, seq);
      applied = other.applied();
    },
    keyNeeded: (message) => {
      const key = keyIdOf(message);
      // What cannot be a name of a key is not looked for: anyone may have written it.
      return Id.is(key) && (world.keyring === null || isNamed(world, key, message.time)) ? key : undefined;
    },
    apply: (message) => {
      const prev = previous.get(message.subject) ?? 0;
      const now = Math.max(world.now, message.time);
      previous.set(message.subject, message.seq);
      applied = message.seq;
      return { seq: message.seq, subject: message.subject, now, verdict: verdictOf(message, prev, now) };
    },
    save: () => saveState({ world, previous, applied, ...heads.kept() }),
  };
};
