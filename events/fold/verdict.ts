/** What a fold makes of one message. */
import type { Event } from '../event.ts';
import type { Outcome } from '../read/decide.ts';
import type { NamespaceOutcome } from '../read/namespace.ts';
import type { LogRecord, ReadRecord, StateRecord } from '../record.ts';
import type { Refusal } from '../refusal.ts';
import type { Cause } from './judge.ts';

export type Verdict =
  /** `events`: what happened at this place, those of the record and those that follow from them. */
  | { readonly _tag: 'state'; readonly record: StateRecord; readonly cause: Cause; readonly events: ReadonlyArray<Event> }
  /** `outcomes` of its reads, `namespaces` of its reads of namespaces, in their order. */
  | {
      readonly _tag: 'read';
      readonly record: ReadRecord;
      readonly outcomes: ReadonlyArray<ReadonlyArray<Outcome>>;
      readonly namespaces: ReadonlyArray<NamespaceOutcome>;
    }
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
