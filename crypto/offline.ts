/** What a client keeps for when nobody can be asked: under a key made from its credential, so that the file alone is worth nothing. */
import type { Fingerprint, ServiceName } from '../events/vocabulary.ts';
import { decrypt, encrypt } from './aead.ts';
import type { Sealed } from './aead.ts';
import { frame } from './frame.ts';
import { hashBytes } from './hash.ts';
import { Redacted } from './redacted.ts';

/** Whose it is; it opens for the same only. */
export type OfflinePlace = { readonly service: ServiceName; readonly credential: Fingerprint };

const additional = ({ service, credential }: OfflinePlace): Uint8Array => frame('jetlock offline v1', service, credential);

/** BLAKE2b-256 under the secret of a credential, 16 to 64 bytes, of frame('jetlock offline key v1'). */
export const offlineKey = (secret: Uint8Array): Redacted<Uint8Array> => new Redacted(hashBytes(frame('jetlock offline key v1'), secret));

/** With frame('jetlock offline v1', service, credential) as additional data. */
export const sealOffline = (key: Redacted<Uint8Array>, plain: Uint8Array, place: OfflinePlace): Sealed => encrypt(key, plain, additional(place));

/** `undefined` if it was not sealed with this key for this service and credential. */
export const openOffline = (key: Redacted<Uint8Array>, sealed: Sealed, place: OfflinePlace): Uint8Array | undefined => decrypt(key, sealed, additional(place));
