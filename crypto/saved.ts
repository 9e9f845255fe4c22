/** What proves that a saved fold is one that this installation wrote. */
import type { Digest } from '../events/vocabulary.ts';
import { equal, fromBase64, toBase64, utf8 } from './bytes.ts';
import { frame } from './frame.ts';
import { hashBytes } from './hash.ts';

export type SavedMac = {
  /** Takes the next line in. */
  readonly add: (line: string) => void;
  /** BLAKE2b-256 under a log key over frame('jetlock saved mac v1', chain); the chain begins with 32 zero bytes and is BLAKE2b-256(frame('jetlock saved v1', chain, line)) after each line. */
  readonly mac: (logKey: Uint8Array) => Digest;
  readonly isRight: (logKey: Uint8Array, mac: Digest) => boolean;
};

/** Line by line, so that the whole is never in libsodium's memory, and nothing takes long. */
export const savedMac = (): SavedMac => {
  let chain: Uint8Array = new Uint8Array(32);
  const made = (logKey: Uint8Array): Uint8Array => hashBytes(frame('jetlock saved mac v1', chain), logKey);
  return {
    add: (line) => {
      chain = hashBytes(frame('jetlock saved v1', chain, utf8(line)));
    },
    mac: (logKey) => toBase64(made(logKey)) as Digest,
    isRight: (logKey, mac) => equal(made(logKey), fromBase64(mac)),
  };
};
