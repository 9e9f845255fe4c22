/** Values, sealed in the browser to the service's key: nobody on the way sees more than their length. */
import type { Digest, Id, PublicKey } from '../../events/vocabulary.ts';
import { REQUEST_CLOCK_MS, type SealedRequest, type ServiceKeys } from '../../protocol/wire.ts';
import { refusedHere } from './failure.ts';
import type * as Sodium from './libsodium.ts';

const distrusted = (why: string) => refusedHere('distrusted', why, 'send nothing before who runs the service has explained it');

type Libsodium = typeof Sodium;

/** Refuses keys that the trusted signer, or one that it leads to, did not sign for now. */
const checked = ({ leadsTo, verify, boxKeyBytes }: Libsodium, keys: ServiceKeys, signer: PublicKey): ServiceKeys => {
  const now = Date.now();
  if (!leadsTo(signer, keys.chain, keys.signer)) throw distrusted('the service shows another signing key than when this browser was enrolled');
  if (!verify(boxKeyBytes(keys), keys.signature, keys.signer)) throw distrusted('the signature on the key of the service is wrong');
  if (keys.notBefore - REQUEST_CLOCK_MS > now || now >= keys.notAfter) throw refusedHere('distrusted', 'the key of the service is not valid now', 'check the clock of this machine');
  return keys;
};

/** `digest` is what the statement says of the value; `seal` ties the value to that statement. */
export type SealableValue = { readonly digest: Digest; readonly seal: (statement: Id) => SealedRequest };

/**
 * A value on its way. The bytes are not kept by anything here after `seal`.
 * @param keys as the service shows them now
 * @param signer whose signature on them is trusted
 */
export const sealable = async (value: Uint8Array, keys: ServiceKeys, signer: PublicKey): Promise<SealableValue> => {
  const libsodium = await import('./libsodium.ts');
  const { newBoxKey, newSalt, sealText, sharedKey, toBase64, valueDigest } = libsodium;
  const { kid, key } = checked(libsodium, keys, signer);
  const salt = newSalt();
  const seal = (statement: Id): SealedRequest => {
    const mine = newBoxKey();
    const shared = sharedKey(key, mine.secretKey);
    if (shared === undefined) throw distrusted('the key of the service is none that a value can be sealed to');
    const text = JSON.stringify({ v: 1, type: 'value', statement, value: toBase64(value), salt: toBase64(salt) });
    return { v: 1, kid, from: mine.publicKey, ...sealText(shared, text) };
  };
  return { digest: valueDigest(salt, value), seal };
};
