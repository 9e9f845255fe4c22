/** The way to a session and out of it. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { SIGNED_AFTER_MS, SIGNED_BEFORE_MS } from '../../../events/fold/judge.ts';
import { refuse, type Refusal } from '../../../events/refusal.ts';
import { Digest, sure, type AdminName, type PublicKey } from '../../../events/vocabulary.ts';
import type { SignedCall } from '../../../protocol/http/signed-call.ts';
import { OpenSession, SessionView, type AuthName, type Enrolment } from '../../../protocol/http/session.ts';
import type { Replica } from '../../log/replica.ts';
import { orderOf } from '../../operations/authorise.ts';
import { decodeAs } from '../../request/body.ts';
import { makeAllowance } from '../../request/rate-limit.ts';
import { makeReplays, type Replays } from '../../request/replays.ts';
import { networkOf } from '../address.ts';
import type { Call, Handler } from '../call.ts';
import type { Auth } from '../principal.ts';
import { clearCookie, readCookie, setCookie } from './cookie.ts';
import { makeEnrolments, type Enrolments } from './enrolments.ts';
import type { Login, Logins } from './logins.ts';

/** From one address; a person needs one. */
export const OFFERS = { perSecond: 0.2, atOnce: 20 } as const;

export type LoginParts = { readonly replica: Pick<Replica, 'fold'>; readonly logins: Logins; readonly forged: Auth['forged'] };

type Answer<A> = Either<Refusal, A>;

const offering = (enrolments: Enrolments): Handler => {
  const allowance = makeAllowance(OFFERS);
  return ({ request, body }) => {
    if (!allowance.use(networkOf(request.ip))) return left(refuse('busy'));
    // Decoded by the codec of the route.
    const found = enrolments.offer(body as Enrolment);
    if (found === 'full') return left(refuse('busy'));
    return found === 'offered' ? right({ offered: true }) : left(refuse('exists', 'another key under this id'));
  };
};

const holderOf = ({ fold: { world } }: LoginParts['replica'], key: PublicKey): AdminName | null =>
  [...world.admins.values()].find(({ keys }) => keys.has(key))?.name ?? null;

const showing = ({ replica }: LoginParts, enrolments: Enrolments): Handler => ({ args: { id } }) => {
  const found = Digest.is(id) ? enrolments.find(id) : undefined;
  if (found === undefined) return left(refuse('not_found'));
  const { key, proof, label } = found;
  return right({ key, proof, label, admin: holderOf(replica, key) });
};

const viewOf = ({ replica }: LoginParts, session: Login): Answer<SessionView> => {
  const { admin, role, key, csrf, idleUntil, until } = session;
  const { keyring, admins } = replica.fold.world;
  const loggedOut = admins.get(admin)?.loggedOut;
  if (keyring === null || loggedOut === undefined) return left(refuse('unavailable'));
  return right(sure(SessionView, { admin, role, key, csrf, idleUntil, until, loggedOut, keyring: keyring.id }));
};

/** Signed for this very place, so that no other site can use what it was given. */
const signedIn = ({ replica }: LoginParts, replays: Replays, { request, body }: Call): Answer<readonly [AdminName, PublicKey]> => {
  const call = body as SignedCall;
  const order = orderOf(replica, call);
  if (isLeft(order)) return order;
  const { id, admin, command } = order.right;
  const wanted = decodeAs(OpenSession, command);
  if (isLeft(wanted)) return wanted;
  if (wanted.right.origin !== request.ownOrigin) return left(refuse('origin'));
  const { seen } = wanted.right;
  // Who was logged out everywhere stays out until a person asks to be let in.
  if (seen !== null && seen < admin.loggedOut) return left(refuse('unauthorized', 'logged out everywhere'));
  const sight = replays.see(id);
  if (sight !== 'new') return left(refuse(sight === 'full' ? 'busy' : 'replayed'));
  return right([admin.name, call.key]);
};

const opening = (parts: LoginParts): Handler => {
  const replays = makeReplays(Date.now, SIGNED_BEFORE_MS + SIGNED_AFTER_MS);
  return (call) => {
    const { request, reply } = call;
    const signed = signedIn(parts, replays, call);
    if (isLeft(signed)) return signed;
    const opened = parts.logins.open(...signed.right);
    if (opened === undefined) return left(refuse('signature'));
    // Another one of the same browser is of no use any more.
    parts.logins.end(readCookie(request) ?? '');
    setCookie(reply, opened.id);
    return viewOf(parts, opened.session);
  };
};

const looking = (parts: LoginParts): Handler => ({ request, principal }) => {
  const session = principal.kind === 'session' ? parts.logins.use(readCookie(request) ?? '') : undefined;
  return session === undefined ? left(refuse('unauthorized')) : viewOf(parts, session);
};

const closing = ({ logins, forged }: LoginParts): Handler => ({ request, reply, principal }) => {
  if (principal.kind !== 'session') return left(refuse('unauthorized'));
  const refusal = forged(request, principal);
  if (refusal !== undefined) return left(refusal);
  logins.end(readCookie(request) ?? '');
  clearCookie(reply);
  return right({ ended: true });
};

export const authHandlers = (parts: LoginParts): { readonly [N in AuthName]: Handler } => {
  const enrolments = makeEnrolments();
  return {
    'enrolment.offer': offering(enrolments),
    'enrolment.show': showing(parts, enrolments),
    'session.open': opening(parts),
    'session.show': looking(parts),
    'session.close': closing(parts),
  };
};
