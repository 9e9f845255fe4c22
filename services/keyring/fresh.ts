/** New keys for the keyring, made here and nowhere else. */
import { newBoxKey } from '../../crypto/box.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { newSigningKey, sign, signerBytes } from '../../crypto/sign.ts';
import { newKey } from '../../crypto/wrap.ts';
import type { KeyInfo, KeyPurpose } from '../../events/keyring/keyring.ts';

/** A key, and what may be known of it. */
export type FreshKey = Pick<KeyInfo, 'purpose' | 'public' | 'signature'> & { readonly key: Redacted<Uint8Array> };

const pairOf = { signing: newSigningKey, box: newBoxKey };

/** @param signer the signing key before this one, which vouches for it; null for the first, and for all other purposes */
export const freshKey = (purpose: KeyPurpose, signer: Redacted<Uint8Array> | null): FreshKey => {
  if (purpose === 'root' || purpose === 'log') return { purpose, key: newKey(), public: null, signature: null };
  const { publicKey, secretKey } = pairOf[purpose]();
  const isVouchedFor = purpose === 'signing' && signer !== null;
  return { purpose, key: secretKey, public: publicKey, signature: isVouchedFor ? sign(signerBytes(publicKey), signer) : null };
};
