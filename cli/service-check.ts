/** Whether the service answers, which `jetlock doctor` wants to know. */
import * as E from 'fp-ts/lib/Either.js';
import type { ClientFailure } from '../client/failure.ts';
import { serviceKeys, type Trust } from '../client/keys.ts';
import type { Transport } from '../client/transport.ts';
import type { Subjects } from '../events/subjects.ts';
import { PublicKey } from '../events/vocabulary.ts';
import type { ServiceKeys } from '../protocol/wire.ts';
import { fine, unseen, wrong, type Check } from './check.ts';
import { NOT_A_SIGNING_KEY } from './public-key.ts';

const HOUR_MS = 3_600_000;
/** With an hour for a service that is just not able to. */
const RENEWED_HOURS = 13;

const failing = (failure: ClientFailure): Check => {
  if (failure._tag === 'forbidden') return unseen('service', `not visible to this NATS user: ${failure.why}`, failure.hint);
  return failure._tag === 'refusal' ? wrong('service', failure.refusal.message, failure.refusal.hint) : wrong('service', failure.why, failure.hint);
};

const answering =
  (pinned: boolean, now: number) =>
  ({ signer, notBefore }: ServiceKeys): Check => {
    const hours = Math.max(0, Math.floor((now - notBefore) / HOUR_MS));
    return hours > RENEWED_HOURS
      ? wrong('service', `answers, but its box key is ${hours} h old: it makes a new one every 12 h, and from 24 h on nobody believes this one`, 'see the log of jetlock serve for why it cannot write; then restart it')
      : fine('service', `answers; box key ${hours} h old, signed by ${pinned ? 'the pinned key' : signer}`);
  };

/**
 * The service and its box key.
 * @param signer the signing key that is pinned; without it whoever answers is named
 * @param now milliseconds since 1970 UTC
 */
export const serviceCheck = async (transport: Transport, subjects: Subjects, signer: string | undefined, now: number): Promise<Check> => {
  if (signer !== undefined && !PublicKey.is(signer)) return wrong('service', NOT_A_SIGNING_KEY.message, NOT_A_SIGNING_KEY.hint);
  const trust: Trust = signer === undefined ? { firstUse: true } : { signer };
  const keys = await serviceKeys({ transport, subjects, trust, now: () => now }).current();
  return E.match(failing, answering(signer !== undefined, now))(keys);
};
