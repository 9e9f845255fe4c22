/**
 * The Ed25519 key of this browser. Where the browser makes such keys itself its secret half cannot be read by anybody, this
 * page included; elsewhere libsodium makes it, and it lies in the browser's database.
 */
import type { PublicKey, Signature } from '../../events/vocabulary.ts';
import { toBase64 } from './base64.ts';

export type BrowserKey =
  | { readonly kind: 'browser'; readonly publicKey: PublicKey; readonly secretKey: CryptoKey }
  | { readonly kind: 'libsodium'; readonly publicKey: PublicKey; readonly secretKey: Uint8Array };

/** Loaded when it is needed: it is larger than the rest of the console. */
const libsodium = () => import('./libsodium.ts');

const ofTheBrowser = async (): Promise<BrowserKey> => {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const publicKey = toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))) as PublicKey;
  return { kind: 'browser', publicKey, secretKey: pair.privateKey };
};

const ofLibsodium = async (): Promise<BrowserKey> => {
  const { publicKey, secretKey } = (await libsodium()).newSigningKey();
  return { kind: 'libsodium', publicKey, secretKey: secretKey.reveal() };
};

/** Without a secure context there is no `subtle`; an older browser has no Ed25519. */
const canSign = (): boolean => (globalThis.crypto as Partial<Crypto>).subtle !== undefined;

export const newBrowserKey = (): Promise<BrowserKey> => (canSign() ? ofTheBrowser().catch(ofLibsodium) : ofLibsodium());

/** The signature of a key over a message. */
export const signedBy = async (key: BrowserKey, message: Uint8Array): Promise<Signature> => {
  if (key.kind === 'browser') return toBase64(new Uint8Array(await crypto.subtle.sign('Ed25519', key.secretKey, new Uint8Array(message)))) as Signature;
  const { sign, Redacted } = await libsodium();
  return sign(message, new Redacted(key.secretKey));
};
