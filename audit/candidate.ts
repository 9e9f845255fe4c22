/** What can be said of a message without the log key, before later messages are asked. */
import { keyIdOf, namesItsKey, parseRecord } from '../events/fold/accept.ts';
import type { LogMessage } from '../events/log/log.ts';
import type { Subjects } from '../events/subjects.ts';
import type { Candidate } from './chain.ts';
import { makeSigners } from './signers.ts';

const nothing = new Uint8Array();

/**
 * Takes all messages in the order of the log.
 * @returns undefined for what nobody accepts, key or no key: on another subject, with a wrong `prev`, before the keyring
 */
export const makeCandidates = (subjects: Subjects): ((message: LogMessage) => Candidate | undefined) => {
  const standingOf = makeSigners();
  const previous = new Map<string, number>();
  let started = false;
  return (message) => {
    const { seq, subject } = message;
    const prev = previous.get(subject) ?? 0;
    previous.set(subject, seq);
    const state = subjects.isState(subject);
    if (!state && !subjects.isRead(subject)) return undefined;
    const common = { seq, state, subject, data: state ? message.data : nothing };
    const record = parseRecord(message.data, state);
    if (record === undefined) return { ...common, claim: undefined, fault: 'shape', anchor: false };
    if (record.prev !== prev || (!started && !namesItsKey(record, keyIdOf(message)))) return undefined;
    started = true;
    if (record.kind === 'read') return { ...common, claim: record.head, fault: undefined, anchor: false };
    return { ...common, claim: record.head, ...standingOf(record) };
  };
};
