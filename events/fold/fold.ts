/**
 * From messages of the log to what counts. Replicas, the projector and auditors use this one fold, so all of them come to the
 * same verdict about every message. The order of checks: MAC and `prev`, shape, history, clock, and the decision again.
 */
import type { LogMessage } from '../log/log.ts';
import { decideRead, type Outcome } from '../read/decide.ts';
import { ReadRecord, StateRecord, type Head, type LogRecord } from '../record.ts';
import { refuse, type Refusal } from '../refusal.ts';
import type { Subjects } from '../subjects.ts';
import type { Digest, Id } from '../vocabulary.ts';
import { newWorld, type World } from '../world.ts';
import { evolve } from '../evolve.ts';
import { makeHeads } from './heads.ts';
import { type Cause, commandKey, judge, SIGNED_AFTER_MS, SIGNED_BEFORE_MS } from './judge.ts';

/** A writer whose clock is further than this from the server's writes nothing that counts. */
export const CLOCK_DISTANCE_MS = 30_000;

/** What the fold needs of cryptography; `crypto/log.ts` has it. */
export type LogCrypto = {
  /** The MAC under a log key, or undefined if that key is not at hand. Left out by auditors without keys. */
  readonly mac?: (key: string, subject: string, prev: number, data: Uint8Array) => Digest | undefined;
  /** In place of the MAC, for auditors without keys: whether the writers of later messages had accepted this one. */
  readonly accepts?: (message: LogMessage) => boolean;
  readonly equal: (a: string, b: string) => boolean;
  readonly nextHead: (previous: Digest, seq: number, subject: string, data: Uint8Array) => Digest;
  readonly noHead: Digest;
};

export type Verdict =
  | { readonly _tag: 'state'; readonly record: StateRecord; readonly cause: Cause }
  | { readonly _tag: 'read'; readonly record: ReadRecord; readonly outcomes: ReadonlyArray<ReadonlyArray<Outcome>> }
  | { readonly _tag: 'void'; readonly record: LogRecord; readonly refusal: Refusal }
  /** Forged, or a genuine message published again: it has no effect but to stand before the next on its subject. */
  | { readonly _tag: 'skipped'; readonly why: 'mac' | 'unaccepted' | 'prev' | 'shape' | 'key' | 'subject' }
  /** Nothing after it can be judged. */
  | { readonly _tag: 'halted'; readonly why: 'history changed' | 'unknown event' };

export type Folded = {
  readonly seq: number;
  readonly subject: string;
  /** The time in the log, milliseconds. */
  readonly now: number;
  readonly verdict: Verdict;
};

export type Fold = {
  readonly world: World;
  /** Sequence of the last message that was folded. */
  readonly applied: () => number;
  readonly head: () => Head;
  readonly headAt: (seq: number) => Digest | undefined;
  /** Sequence of the last message on a subject, whatever it was. */
  readonly previous: (subject: string) => number;
  /** The log key that has to be at hand before this message can be folded. */
  readonly keyNeeded: (message: LogMessage) => string | undefined;
  readonly apply: (message: LogMessage) => Folded;
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The record in a message, or undefined if there is none that this version can read. */
export const parseRecord = (data: Uint8Array, isState: boolean): LogRecord | undefined => {
  try {
    const decoded = (isState ? StateRecord : ReadRecord).decode(JSON.parse(utf8.decode(data)));
    return decoded._tag === 'Right' ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

const skipped = (why: Extract<Verdict, { _tag: 'skipped' }>['why']): Verdict => ({ _tag: 'skipped', why });
export const keyIdOf = (message: LogMessage): string => message.mac.slice(0, message.mac.indexOf('.'));

/** The first record names the log key that it is under. */
export const namesItsKey = (record: LogRecord, key: string): boolean =>
  record.kind === 'state' &&
  record.origin.by === 'replica' &&
  record.origin.command.operation === 'keyring.create' &&
  record.origin.command.keys.some(({ id, purpose }) => id === key && purpose === 'log');

export const makeFold = (subjects: Subjects, crypto: LogCrypto): Fold => {
  const world = newWorld();
  const heads = makeHeads(crypto.noHead);
  const previous = new Map<string, number>();
  let applied = 0;
  let halted: Verdict | undefined;

  const isNamed = (key: string): boolean => world.keyring?.keys.get(key as Id)?.purpose === 'log';

  /** The MAC is made over the true preceding sequence: a genuine message that is published again has a wrong one. */
  const authentic = (message: LogMessage, prev: number): Verdict | undefined => {
    if (crypto.mac === undefined) return crypto.accepts?.(message) === false ? skipped('unaccepted') : undefined;
    const key = keyIdOf(message);
    if (world.keyring !== null && !isNamed(key)) return skipped('key');
    const mac = crypto.mac(key, message.subject, prev, message.data);
    return mac !== undefined && crypto.equal(`${key}.${mac}`, message.mac) ? undefined : skipped('mac');
  };

  /** A record that nobody without the log key can have made, or why it has no effect. */
  const read = (message: LogMessage, prev: number): LogRecord | Verdict => {
    const isState = subjects.isState(message.subject);
    if (!isState && !subjects.isRead(message.subject)) return skipped('subject');
    const forged = authentic(message, prev);
    if (forged !== undefined) return forged;
    const record = parseRecord(message.data, isState);
    if (record === undefined) return (crypto.mac ?? crypto.accepts) === undefined ? skipped('shape') : { _tag: 'halted', why: 'unknown event' };
    if (record.prev !== prev) return skipped('prev');
    if (world.keyring === null && !namesItsKey(record, keyIdOf(message))) return skipped('key');
    return record;
  };

  const remember = (subject: string, id: Id, now: number, seq: number): void => {
    world.commands.set(commandKey(subject, id), { at: now, seq });
    for (const [key, { at }] of world.commands) {
      if (at >= now - SIGNED_BEFORE_MS - SIGNED_AFTER_MS) return;
      world.commands.delete(key);
    }
  };

  const applyState = (message: LogMessage, record: StateRecord, now: number): Verdict => {
    const judged = judge(world, subjects, message.subject, record, now);
    if (judged._tag === 'Left') return { _tag: 'void', record, refusal: judged.left };
    world.now = now;
    for (const event of record.events) evolve(world, event, now, message.seq);
    remember(message.subject, judged.right.id, now, message.seq);
    return { _tag: 'state', record, cause: judged.right };
  };

  const applyRecord = (message: LogMessage, record: LogRecord, now: number): Verdict => {
    const history = heads.compare(record.head);
    if (history === 'other') return { _tag: 'halted', why: 'history changed' };
    if (record.kind === 'state') heads.push(message.seq, crypto.nextHead(heads.current().hash, message.seq, message.subject, message.data));
    if (history === 'old' || Math.abs(message.time - record.at) > CLOCK_DISTANCE_MS) return { _tag: 'void', record, refusal: refuse('outdated') };
    if (record.kind === 'state') return applyState(message, record, now);
    return { _tag: 'read', record, outcomes: record.reads.map((reading) => decideRead(world, reading, now)) };
  };

  const verdictOf = (message: LogMessage, prev: number, now: number): Verdict => {
    if (halted !== undefined) return halted;
    const record = read(message, prev);
    const verdict = '_tag' in record ? record : applyRecord(message, record, now);
    if (verdict._tag === 'halted') halted = verdict;
    return verdict;
  };

  return {
    world,
    applied: () => applied,
    head: heads.current,
    headAt: heads.at,
    previous: (subject) => previous.get(subject) ?? 0,
    keyNeeded: (message) => {
      const key = keyIdOf(message);
      return key !== '' && (world.keyring === null || isNamed(key)) ? key : undefined;
    },
    apply: (message) => {
      const prev = previous.get(message.subject) ?? 0;
      const now = Math.max(world.now, message.time);
      previous.set(message.subject, message.seq);
      applied = message.seq;
      return { seq: message.seq, subject: message.subject, now, verdict: verdictOf(message, prev, now) };
    },
  };
};
