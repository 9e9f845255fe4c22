/** What proves that a saved fold is one that this installation wrote. Needs Node, whose HMAC is native: the file is large, and every start waits for it. */
import { createHmac } from 'node:crypto';
import type { Digest } from '../events/vocabulary.ts';
import { equal, fromBase64, toBase64 } from './bytes.ts';
import { frame } from './frame.ts';
import { hashBytes } from './hash.ts';

export type SavedMac = {
  /** Takes the next bytes in, text as its UTF-8. */
  readonly add: (bytes: Uint8Array | string) => void;
  readonly mac: () => Digest;
  readonly isRight: (mac: Digest) => boolean;
};

/**
 * HMAC-SHA-256, as libsodium's crypto_auth_hmacsha256, over all that is added. Its key is BLAKE2b-256 under the log key over
 * frame('jetlock saved key v2'): no MAC of a message can be one of these. One of `mac` and `isRight` may be called, once.
 */
export const savedMac = (logKey: Uint8Array): SavedMac => {
  const hmac = createHmac('sha256', hashBytes(frame('jetlock saved key v2'), logKey));
  return {
    add: (bytes) => void hmac.update(bytes),
    mac: () => toBase64(hmac.digest()) as Digest,
    isRight: (mac) => equal(hmac.digest(), fromBase64(mac)),
  };
};
