/** SHA-256. Needs Node: the standard build of libsodium has none. */
import { createHash } from 'node:crypto';
import type { Digest } from '../events/vocabulary.ts';

export const sha256 = (bytes: Uint8Array): Digest => createHash('sha256').update(bytes).digest('base64url') as Digest;
