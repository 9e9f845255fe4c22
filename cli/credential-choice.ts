/** Which credential of a service an admin means. */
import * as E from 'fp-ts/lib/Either.js';
import { PENDING_MS } from '../events/world.ts';
import type { CredentialView, ServiceView } from '../protocol/views.ts';
import { EXIT } from './exit-codes.ts';
import { timeText } from './output.ts';
import { fail, type Failure } from './failure.ts';

/** What can be decided about it: pending ones are approved or denied, approved ones are revoked. */
export type Wanted = 'pending' | 'approved';

const statusOf = ({ status, registeredAt }: CredentialView, now: number): string =>
  status === 'pending' && now >= registeredAt + PENDING_MS ? 'expired' : status;

const told = ({ fingerprint, kind, registeredAt, client }: CredentialView): string =>
  [fingerprint, kind, `registered ${timeText(registeredAt)}`, ...(client === null ? [] : [`by ${client.name} ${client.version}`])].join('  ');

const ambiguous = (wanted: Wanted, candidates: ReadonlyArray<CredentialView>): Failure => ({
  ...fail(EXIT.badInput, `several credentials are ${wanted}`, 'name the one whose fingerprint you have compared'),
  code: 'ambiguous',
  details: candidates.map(told),
});

const noneOf = (service: ServiceView, wanted: Wanted): Failure => ({
  ...fail(EXIT.badInput, `no credential of ${service.service} is ${wanted}`, 'jetlock service list'),
  code: 'not_pending',
});

const another = (service: ServiceView, wanted: Wanted, { fingerprint }: CredentialView, status: string): Failure => ({
  ...fail(EXIT.badInput, `${fingerprint} of ${service.service} is ${status}, not ${wanted}`, 'jetlock service list'),
  code: 'not_pending',
});

const unknown = (service: ServiceView): Failure => ({
  ...fail(EXIT.notFound, `${service.service} has no credential of that fingerprint`, 'jetlock service list'),
  code: 'not_found',
});

/**
 * The one credential that is meant.
 * @param named its fingerprint or the beginning of it; without it there must be one only that can be decided about
 * @param now milliseconds since 1970 UTC
 */
export const chooseCredential = (service: ServiceView, wanted: Wanted, named: string | undefined, now: number): E.Either<Failure, CredentialView> => {
  const matching = service.credentials.filter(({ fingerprint }) => named !== '' && fingerprint.startsWith(named?.toLowerCase() ?? ''));
  const [first, ...others] = matching.filter((credential) => statusOf(credential, now) === wanted);
  if (first !== undefined) return others.length === 0 ? E.right(first) : E.left(ambiguous(wanted, [first, ...others]));
  if (named === undefined) return E.left(noneOf(service, wanted));
  const [other] = matching;
  return E.left(other === undefined ? unknown(service) : another(service, wanted, other, statusOf(other, now)));
};
