/** The fold of an auditor: with the log key, or by looking ahead. */
import { equalText } from '../crypto/bytes.ts';
import { nextHead, noHead } from '../crypto/log.ts';
import { type Fold, makeFold } from '../events/fold/fold.ts';
import type { LogCrypto } from '../events/fold/log-crypto.ts';
import type { LogMessage } from '../events/log/log.ts';
import type { Subjects } from '../events/subjects.ts';
import type { AuditLine } from '../protocol/audit-line.ts';
import { linesOf } from './lines.ts';
import { type Excluded, makeResolver } from './resolve.ts';

export type Auditor = {
  /** Takes every message once, in order, before any of them is folded; nothing to do with the log key. */
  readonly look: (message: LogMessage) => void;
  /**
   * To be called after looking. A message that had been folded may count no more, or count after all: then everything is
   * forgotten, and has to be folded again from the first message on.
   * @returns the first sequence whose lines were wrong, if there is one
   */
  readonly reconsider: () => number | undefined;
  readonly fold: (message: LogMessage) => ReadonlyArray<AuditLine>;
  /** Sequence of the last message that was folded. */
  readonly applied: () => number;
};

const common = { equal: equalText, nextHead, noHead } as const;

/** @param mac the MAC under a log key, or undefined if that key is not at hand */
const withKey = (subjects: Subjects, mac: NonNullable<LogCrypto['mac']>): Auditor => {
  const fold = makeFold(subjects, { ...common, mac });
  return {
    look: () => undefined,
    reconsider: () => undefined,
    fold: (message) => linesOf(message, fold.apply(message), { by: 'key' }),
    applied: fold.applied,
  };
};

type Exclusions = ReadonlyMap<number, Excluded>;

const firstDifference = (before: Exclusions, after: Exclusions, upTo: number): number | undefined => {
  const differs = [...before.keys(), ...after.keys()].filter((seq) => seq <= upTo && before.has(seq) !== after.has(seq));
  return differs.length === 0 ? undefined : differs.reduce((a, b) => Math.min(a, b));
};

const byLookingAhead = (subjects: Subjects): Auditor => {
  const resolver = makeResolver(subjects);
  let excluded: Exclusions = new Map();
  const newFold = (): Fold => makeFold(subjects, { ...common, accepts: ({ seq }) => !excluded.has(seq) });
  let fold = newFold();
  return {
    look: resolver.add,
    reconsider: () => {
      const before = excluded;
      excluded = resolver.excluded();
      const wrong = firstDifference(before, excluded, fold.applied());
      if (wrong !== undefined) fold = newFold();
      return wrong;
    },
    fold: (message) => {
      const judgement = { excluded: excluded.get(message.seq), badlySigned: resolver.badlySigned(message.seq) };
      return linesOf(message, fold.apply(message), { by: 'look-ahead', ...judgement });
    },
    applied: () => fold.applied(),
  };
};

export const makeAuditor = (subjects: Subjects, mac: LogCrypto['mac'] | undefined): Auditor =>
  mac === undefined ? byLookingAhead(subjects) : withKey(subjects, mac);
