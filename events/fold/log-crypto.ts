import type { LogMessage } from '../log/log.ts';
import type { Digest } from '../vocabulary.ts';

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
