/** The port to the append-only log: what the rest knows of JetStream. */
import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

/** One stored message, exactly as the log holds it. Nothing in it is trusted until a fold has judged it. */
export type LogMessage = {
  readonly subject: string;
  /** Place in the stream, from 1. */
  readonly seq: number;
  /** The log server's clock when it stored the message, in milliseconds since 1970 UTC. */
  readonly time: number;
  readonly data: Uint8Array;
  /** `<key id>.<BLAKE2b-256, base64url>`; empty where the message came without. */
  readonly mac: string;
};

export type Draft = {
  readonly subject: string;
  /** Sequence of the message before it on this subject, 0 if there is none: the append fails if that is not so. */
  readonly prev: number;
  readonly data: Uint8Array;
  readonly mac: string;
};

/** Another message came first on that subject. */
export type Conflict = { readonly _tag: 'conflict' };
/** No acknowledgement came. `stored` says whether the message can be in the log all the same. */
export type Unavailable = { readonly _tag: 'unavailable'; readonly stored: 'no' | 'unknown'; readonly why: string };

export type Subscription = { readonly close: () => Promise<void> };

export type Follow = {
  /** Subject filters, such as `secrets.events.state.>`. */
  readonly filters: ReadonlyArray<string>;
  /** First sequence wanted, from 1. */
  readonly from: number;
  /** In small portions, since it can wait: what else comes by the same connection is never behind much of it. */
  readonly aside?: boolean;
  /** Called in order, every message once, also across restarts of the server. Must not throw; is awaited before the next. */
  readonly onMessage: (message: LogMessage) => void | Promise<void>;
  /** The connection to the log was lost, and is back. */
  readonly onLost?: (why: string) => void;
  readonly onResumed?: () => void;
};

/** What identifies one life of the stream: another creation time is another stream. */
export type LogInfo = {
  readonly created: string;
  readonly first: number;
  readonly last: number;
  readonly messages: number;
  readonly bytes: number;
  /** The server's clock when it answered, in milliseconds since 1970 UTC; NaN from one that does not tell it. */
  readonly time: number;
};

/** Reading alone: what an auditor needs. Every answer comes from the stream's leader. */
export type LogReader = {
  /** The message at a sequence; none if there is none. */
  readonly at: (seq: number) => TaskEither<Unavailable, Option<LogMessage>>;
  /** The first message at or after a sequence whose subject the filter covers. */
  readonly next: (seq: number, filter: string) => TaskEither<Unavailable, Option<LogMessage>>;
  /** Sequence of the last message on a subject or filter, 0 if there is none. Says how far to wait, never what to decide. */
  readonly last: (subject: string) => TaskEither<Unavailable, number>;
  readonly info: () => TaskEither<Unavailable, LogInfo>;
};

export type Log = LogReader & {
  readonly append: (draft: Draft) => TaskEither<Conflict | Unavailable, number>;
  readonly follow: (follow: Follow) => Promise<Subscription>;
};
