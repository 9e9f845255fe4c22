/** Whether a message is one that its writer could make: the MAC under a key that was named, over what truly came before it. */
import { decoded } from '../fits.ts';
import type { LogMessage } from '../log/log.ts';
import { ReadRecord, StateRecord, type LogRecord } from '../record.ts';
import type { Subjects } from '../subjects.ts';
import type { Id } from '../vocabulary.ts';
import type { World } from '../world.ts';
import type { LogCrypto } from './log-crypto.ts';
import type { Verdict } from './verdict.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The record in a message, or undefined if there is none that this version can read. */
export const parseRecord = (data: Uint8Array, isState: boolean): LogRecord | undefined => {
  try {
    const value: unknown = JSON.parse(utf8.decode(data));
    return isState ? decoded(StateRecord, value) : decoded(ReadRecord, value);
  } catch {
    return undefined;
  }
};

type Why = Extract<Verdict, { _tag: 'skipped' }>['why'];
const skipped = (why: Why): Verdict => ({ _tag: 'skipped', why });

export const keyIdOf = (message: LogMessage): string => message.mac.slice(0, message.mac.indexOf('.'));

/** A log key counts from the event that names it, until shortly after the one that names its successor. */
export const isNamed = (world: World, key: string, time: number): boolean => {
  const known = world.keyring?.keys.get(key as Id);
  return known?.purpose === 'log' && (known.until === null || time <= known.until);
};

/** The first record names the log key that it is under. */
export const namesItsKey = (record: LogRecord, key: string): boolean =>
  record.kind === 'state' &&
  record.origin.by === 'replica' &&
  record.origin.command.operation === 'keyring.create' &&
  record.origin.command.keys.some(({ id, purpose }) => id === key && purpose === 'log');

/** The MAC is made over the true preceding sequence: a genuine message that is published again has a wrong one. */
const forgery = (world: World, crypto: LogCrypto, message: LogMessage, prev: number): Why | undefined => {
  if (crypto.mac === undefined) return crypto.accepts?.(message) === false ? 'unaccepted' : undefined;
  const key = keyIdOf(message);
  if (world.keyring !== null && !isNamed(world, key, message.time)) return 'key';
  const mac = crypto.mac(key, message.subject, prev, message.data);
  return mac !== undefined && crypto.equal(`${key}.${mac}`, message.mac) ? undefined : 'mac';
};

type Parts = { readonly world: World; readonly subjects: Subjects; readonly crypto: LogCrypto };

/**
 * The record of a message, or why it has no effect.
 * @param prev sequence of the message that truly precedes it on its subject
 */
export const accept = ({ world, subjects, crypto }: Parts, message: LogMessage, prev: number): LogRecord | Verdict => {
  const isState = subjects.isState(message.subject);
  if (!isState && !subjects.isRead(message.subject)) return skipped('subject');
  const forged = forgery(world, crypto, message, prev);
  if (forged !== undefined) return skipped(forged);
  const record = parseRecord(message.data, isState);
  // Under a right MAC, what cannot be read is from a newer version of ours: to go on without it would be to forget it.
  if (record === undefined) return (crypto.mac ?? crypto.accepts) === undefined ? skipped('shape') : { _tag: 'halted', why: 'unknown event' };
  if (record.prev !== prev) return skipped('prev');
  return world.keyring === null && !namesItsKey(record, keyIdOf(message)) ? skipped('key') : record;
};
