import type { Redacted } from '../crypto/redacted.ts';
import type { Fingerprint } from '../events/vocabulary.ts';
import type { RegisterReply } from '../protocol/operations.ts';
import type { Listening } from './transport.ts';

/** One version of one secret. Printing it shows no value. */
export type Secret = {
  readonly path: string;
  readonly version: number;
  readonly value: Redacted<Uint8Array>;
  /** The value as text; throws a JetlockError `not_text` if it is not UTF-8. */
  readonly text: () => string;
};

/** A path, with words for the admin who will be asked about it. */
export type Wanted = { readonly path: string; readonly description?: string };
export type GetOptions = { readonly description?: string };
export type WaitOptions = GetOptions & { readonly timeoutMs: number; readonly signal?: AbortSignal };


export type Client = {
  readonly fingerprint: Fingerprint;
  /** Makes the credential known, for an admin to approve by its fingerprint. */
  readonly register: (options?: { readonly serviceVersion?: string }) => Promise<RegisterReply>;
  /** The current values; rejects with the code `refused`, naming the paths, if one of them is not to be had. */
  readonly get: {
    (path: string, options?: GetOptions): Promise<Secret>;
    (paths: ReadonlyArray<string>, options?: GetOptions): Promise<ReadonlyArray<Secret>>;
  };
  /** What is to be had of many, and what is not, each with its own description. */
  readonly getMany: (wanted: ReadonlyArray<Wanted>) => Promise<{ readonly secrets: ReadonlyArray<Secret>; readonly refused: ReadonlyArray<string> }>;
  /** Like `get`, but waits until an admin has approved; at the end of its time it rejects with the last refusal. */
  readonly waitFor: {
    (path: string, options: WaitOptions): Promise<Secret>;
    (paths: ReadonlyArray<string>, options: WaitOptions): Promise<ReadonlyArray<Secret>>;
  };
  /** Calls when access or a value may have changed: ask again then. */
  readonly onChange: (listener: () => void) => Listening;
  readonly close: () => Promise<void>;
};
