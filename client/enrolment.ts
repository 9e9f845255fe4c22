/** Signing a browser in: the one-time code of its link, and whether a key was offered by whoever has that code. */
import { equalText, fromBase64, toBase64, wipe } from '../crypto/bytes.ts';
import { hash } from '../crypto/hash.ts';
import { randomBytes } from '../crypto/random.ts';
import { Redacted } from '../crypto/redacted.ts';
import type { Digest, PublicKey } from '../events/vocabulary.ts';

/** `code`: 32 random bytes, base64url, for the part of a link that browsers do not send. `id`: what its offer is asked for by. */
export type Invitation = { readonly code: Redacted<string>; readonly id: Digest };

export const newInvitation = (): Invitation => {
  const bytes = randomBytes(32);
  const invitation = { code: new Redacted(toBase64(bytes)), id: hash(bytes) };
  wipe(bytes);
  return invitation;
};

/** Whether the key comes from where the link was opened: BLAKE2b-256 of it, keyed by the code, which has not travelled. */
export const isOfferedTo = ({ code }: Invitation, { key, proof }: { readonly key: PublicKey; readonly proof: Digest }): boolean =>
  equalText(proof, hash(fromBase64(key), fromBase64(code.reveal())));
