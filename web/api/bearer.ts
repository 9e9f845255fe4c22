/** What lets in whoever holds it, made in the browser: the service is sent its digest, and never has it. */
import { ACCESS_PREFIX, API_PREFIX } from '../../crypto/prefixes.ts';
import type { Digest, Id } from '../../events/vocabulary.ts';
import { newId, toBase64 } from './base64.ts';
import { refusedHere } from './failure.ts';

export type Bearer = { readonly id: Id; readonly text: string; readonly digest: Digest };

/** SHA-256 is the browser's own, and it has one where a page comes over TLS or from the machine itself. */
const sha256 = async (text: string): Promise<Digest> => {
  const { subtle } = globalThis.crypto as Partial<Crypto>;
  if (subtle === undefined) throw refusedHere('insecure', 'this page came over plain HTTP from another machine: its browser makes no digests there', 'open the console over TLS, or use the command line');
  return toBase64(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text)))) as Digest;
};

const made = async (prefix: string): Promise<Bearer> => {
  const text = `${prefix}${toBase64(crypto.getRandomValues(new Uint8Array(32)))}`;
  return { id: newId() as Id, text, digest: await sha256(text) };
};

/** Opens a namespace. */
export const newAccessKey = (): Promise<Bearer> => made(ACCESS_PREFIX);
/** For the HTTP API. */
export const newApiToken = (): Promise<Bearer> => made(API_PREFIX);
