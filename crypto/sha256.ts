/** SHA-256. Needs Node: the standard build of libsodium has none. */
import { hash } from 'node:crypto';
import type { Digest } from '../events/vocabulary.ts';

/** @param content bytes, or text for its UTF-8 */
export const sha256 = (content: Uint8Array | string): Digest => hash('sha256', content, 'base64url') as Digest;
