/**
 * Making this browser known: `jetlock console` prints a link with a one-time code behind its `#`, which never travels. The
 * browser makes a key and shows, by a hash under that code, that the key comes from where the link was opened; the command
 * line, which has the code too, signs it in with the admin's key.
 */
import type { AdminName, Digest, Id, PublicKey } from '../../events/vocabulary.ts';
import type { ServiceKeys } from '../../protocol/wire.ts';
import { newBrowserKey, type BrowserKey } from './browser-key.ts';
import type { Client } from './client.ts';
import { refusedHere } from './failure.ts';

export type Enrolment = { readonly id: Digest; readonly key: BrowserKey; readonly fingerprint: string; readonly signer: PublicKey; readonly keyring: Id };

const badCode = () => refusedHere('malformed', 'this link is not complete', 'open the link that jetlock console has printed, whole');

/** A name for this browser that its owner knows it by. */
export const browserLabel = (agent: string): string => {
  const browser = (/(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1] ?? 'browser').replace('Edg', 'Edge').replace('OPR', 'Opera');
  const system = /(Windows|Android|iPhone|iPad|Mac OS|Linux)/.exec(agent)?.[1];
  return system === undefined ? browser : `${browser} on ${system}`;
};

/** Makes a key and offers it under a code; what there is to compare with what the command line shows. */
export const offerKey = async ({ http }: Client, code: string): Promise<Enrolment> => {
  if (!/^[A-Za-z0-9_-]{43}$/.test(code)) throw badCode();
  const { fromBase64, hash, publicKeyFingerprint } = await import('./libsodium.ts');
  const secret = fromBase64(code);
  const [key, { signer, keyring }] = await Promise.all([newBrowserKey(), http.get<ServiceKeys>('/keys')]);
  const id = hash(secret);
  await http.send('POST', '/enrolments', { id, key: key.publicKey, proof: hash(fromBase64(key.publicKey), secret), label: browserLabel(navigator.userAgent) });
  return { id, key, fingerprint: publicKeyFingerprint(key.publicKey), signer, keyring };
};

type Told = { readonly admin?: AdminName | null };

/** Whether the command line has signed the key in: then this browser keeps it, and is signed in. */
export const finishEnrolment = async ({ http, session, store }: Client, { id, key, signer, keyring }: Enrolment): Promise<boolean> => {
  const { admin } = await http.get<Told>(`/enrolments/${id}`);
  if (typeof admin !== 'string') return false;
  await store.save({ admin, keyring, signer, key, seen: null });
  return session.signIn();
};
