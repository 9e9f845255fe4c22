/** From a signing key that is trusted to the one of now, each signed for by the one before it. */
import type { PublicKey, Signature } from '../events/vocabulary.ts';
import { signerBytes, verify } from './sign.ts';

/** `signature` is that of `older` over the key after it. */
export type SignerLink = { readonly older: PublicKey; readonly newer: PublicKey; readonly signature: Signature };

/**
 * Whether a chain leads from one key to another. It is gone along once, so a key can only be followed forward, and each link
 * from the trusted key on has to hold; what stands before it in the chain is none of our business.
 */
export const leadsTo = (trusted: PublicKey, chain: ReadonlyArray<SignerLink>, signer: PublicKey): boolean => {
  let at = trusted;
  for (const { older, newer, signature } of chain) {
    if (older !== at || at === signer) continue;
    if (!verify(signerBytes(newer), signature, older)) return false;
    at = newer;
  }
  return at === signer;
};
