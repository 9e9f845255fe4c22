/** What the console needs libsodium for, in one piece that is loaded when it is needed. */
export { newBoxKey, sealText, sharedKey } from '../../crypto/box.ts';
export { fromBase64, toBase64, utf8 } from '../../crypto/bytes.ts';
export { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
export { hash, newSalt, valueDigest } from '../../crypto/hash.ts';
export { Redacted } from '../../crypto/redacted.ts';
export { boxKeyBytes, newSigningKey, sign, verify } from '../../crypto/sign.ts';
export { leadsTo } from '../../crypto/signers.ts';
