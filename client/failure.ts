/** What can go wrong between a client and the service, as values. None holds a secret or an unchecked text of the network. */
import { toWire } from '../protocol/refusal.ts';
import type { WireRefusal } from '../protocol/wire.ts';
import { refuse, type RefusalCode } from '../events/refusal.ts';

type Told = { readonly why: string; readonly hint: string };

/** No answer. `delivered` says whether the service may have received the request all the same. */
export type Unavailable = Told & { readonly _tag: 'unavailable'; readonly delivered: 'no' | 'maybe' };
/** The broker does not let this connection use the subject. `isInbox`: the one that its replies come to. */
export type Forbidden = Told & { readonly _tag: 'forbidden'; readonly isInbox?: true };
export type TransportFailure = Unavailable | Forbidden;

/** Somebody answered who cannot show to be the service, or the service cannot prove its key. */
export type Distrusted = Told & { readonly _tag: 'distrusted' };
/** The service answered, in words that this client does not know. */
export type NotUnderstood = Told & { readonly _tag: 'not_understood' };
/** The service refused, under its seal. */
export type Refused = { readonly _tag: 'refusal'; readonly refusal: WireRefusal };

export type ClientFailure = TransportFailure | Distrusted | NotUnderstood | Refused;

export const unavailable = (why: string, delivered: Unavailable['delivered']): Unavailable => ({
  _tag: 'unavailable',
  why,
  hint: 'check that the service is running and reachable, then try again',
  delivered,
});

/** A failure of something before the request itself, or after a copy of it: whether the service may have the request is known otherwise. */
export const delivered = <F extends { readonly _tag: string }>(to: Unavailable['delivered'], failure: F): F =>
  failure._tag === 'unavailable' ? { ...failure, delivered: to } : failure;

export const forbidden = (why: string): Forbidden => ({
  _tag: 'forbidden',
  why,
  hint: 'ask who runs NATS for the permissions that jetlock nats-config prints',
});

/** Each NATS user gets its replies under a prefix of its own, and without it no answer at all. */
export const forbiddenInbox = (why: string): Forbidden => ({
  _tag: 'forbidden',
  isInbox: true,
  why,
  hint: 'give the option nats.inboxPrefix, or set JETLOCK_INBOX_PREFIX: the prefix that jetlock nats-config printed for this NATS user',
});

export const distrusted = (why: string, hint = 'do not go on before an admin has told you the public key of the service'): Distrusted => ({
  _tag: 'distrusted',
  why,
  hint,
});

export const notUnderstood = (why: string): NotUnderstood => ({
  _tag: 'not_understood',
  why,
  hint: 'use a client of the version that the service has',
});

export const refused = (refusal: WireRefusal): Refused => ({ _tag: 'refusal', refusal });

/** A refusal that this side knows the service would give. */
export const refusedHere = (code: RefusalCode, detail?: string): Refused => refused(toWire(refuse(code, detail)));
