/** SHA-256. Needs Node: the standard build of libsodium has none. */
import { createHash } from 'node:crypto';
import type { Digest } from '../events/vocabulary.ts';

/** @param content bytes, or text for its UTF-8 */
export const sha256 = (content: Uint8Array | string): Digest => createHash('sha256').update(content).digest('base64url') as Digest;
