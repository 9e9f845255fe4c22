/** What people compare before they trust a key: made from the key alone, the same here as in the service. */
export { credentialFingerprint, publicKeyFingerprint } from '../crypto/fingerprint.ts';
