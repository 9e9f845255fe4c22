/** The way to a session: a key that a browser offers, and the statement that it signs in with. */
import * as t from 'io-ts';
import { orNull } from '../../events/codec.ts';
import { AdminName, Digest, Id, Instant, Note, PublicKey, Role, Sequence } from '../../events/vocabulary.ts';
import { own } from './route.ts';
import { SignedCall } from './signed-call.ts';

/**
 * A browser's key, offered under a one-time code of 32 bytes that the command line made: `id` is BLAKE2b-256 of the code, `proof`
 * BLAKE2b-256 of the key's 32 bytes keyed by the code. `label`: what its owner will know it by.
 */
export const Enrolment = t.strict({ id: Digest, key: PublicKey, proof: Digest, label: Note }, 'Enrolment');
export type Enrolment = t.TypeOf<typeof Enrolment>;

/** `admin`: whose key it is by now, null until it was signed in. */
export const EnrolmentView = t.strict({ key: PublicKey, proof: Digest, label: Note, admin: orNull(AdminName) }, 'EnrolmentView');
export type EnrolmentView = t.TypeOf<typeof EnrolmentView>;

/**
 * What a browser signs to be let in. `origin`: scheme, host and port that it is sent to. `seen`: the last logout everywhere that it
 * knows of, where it signs in by itself: after a later one it is refused. Null where a person asks for it.
 */
export const OpenSession = t.strict({ operation: t.literal('session.open'), origin: t.string, seen: orNull(Sequence) }, 'OpenSession');
export type OpenSession = t.TypeOf<typeof OpenSession>;

/** `csrf`: for the header `Jetlock-Csrf` of whatever changes something. It ends at `until`, or at `idleUntil` if it is not used before. `loggedOut`: when this admin was last logged out everywhere, or else added. */
export const SessionView = t.strict(
  { admin: AdminName, role: Role, key: PublicKey, csrf: Digest, idleUntil: Instant, until: Instant, loggedOut: Sequence, keyring: Id },
  'SessionView',
);
export type SessionView = t.TypeOf<typeof SessionView>;

export const authRoutes = [
  own('auth', 'enrolment.offer', 'POST', '/enrolments', { about: 'A browser offers a key that it has made.', body: Enrolment, reply: t.strict({ offered: t.literal(true) }, 'Offered'), status: 201 }),
  own('auth', 'enrolment.show', 'GET', '/enrolments/:id', { about: 'The key that was offered, and whose it is by now.', params: { id: ['id'] }, fields: { id: Digest }, reply: EnrolmentView }),
  own('auth', 'session.open', 'POST', '/session', { about: 'A session, by a statement `{ operation: "session.open", origin, seen }` that an admin signs. `seen`: the `loggedOut` of the session before, for a browser that signs in by itself, which it may not after a later logout everywhere; null where a person asks. Answers with a cookie.', body: SignedCall, reply: SessionView }),
  own('auth', 'session.show', 'GET', '/session', { about: 'Whose session this is, and until when.', ways: [['session']], reply: SessionView }),
  own('auth', 'session.close', 'DELETE', '/session', { about: 'The session ends.', ways: [['session', 'csrf']], reply: t.strict({ ended: t.literal(true) }, 'Ended') }),
] as const;
export type AuthName = (typeof authRoutes)[number]['name'];
