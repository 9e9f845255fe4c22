/** Who calls by HTTP. */
import type { FastifyRequest } from 'fastify';
import type { AdminName, Id, PublicKey, Role } from '../../events/vocabulary.ts';
import type { Refusal } from '../../events/refusal.ts';

export type Principal =
  | { readonly kind: 'none' }
  /** `csrf`: what the header `Jetlock-Csrf` of whatever changes something has to say. */
  | { readonly kind: 'session'; readonly admin: AdminName; readonly role: Role; readonly key: PublicKey; readonly csrf: string }
  | { readonly kind: 'token'; readonly id: Id; readonly role: 'auditor' | 'writer' };

export type Session = Extract<Principal, { kind: 'session' }>;
export const NOBODY: Principal = { kind: 'none' };

/** For limits and the log; undefined for nobody. */
export const nameOf = (principal: Principal): string | undefined =>
  principal.kind === 'session' ? `admin ${principal.admin}` : principal.kind === 'token' ? `token ${principal.id}` : undefined;

export type Auth = {
  /** Who it is that this request proves to come from. */
  readonly authenticate: (request: FastifyRequest) => Principal | Promise<Principal>;
  /** Whether it still is somebody's, for answers that go on; asking does not keep a session awake. */
  readonly isStillIn: (request: FastifyRequest) => boolean;
  /** Why a session may not change anything with this request: another site may have made the browser send it. */
  readonly forged: (request: FastifyRequest, session: Session) => Refusal | undefined;
};
