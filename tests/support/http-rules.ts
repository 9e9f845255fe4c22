/**
 * Who may ask which route, written down by hand and not made from the product's own tables: what is wrong there is right nowhere
 * else. A route that is not here has no rule, and the test that walks all of them fails.
 */
import type { AdminIdentity } from '../../client/credential.ts';
import type { Role, TokenRole } from '../../events/vocabulary.ts';
import type { CallHeaders } from './http.ts';

/**
 * `anyone`: nobody is asked who they are. `known`: a session or an API token of any role. `session`: a session of any role, and no
 * token. `auditor`, `approver`, `admin`: a session of that role; an admin may do everything, and everybody what auditors may.
 * `admin or writer`: besides a token that writes. `key`: whoever shows the access key of the namespace.
 */
export type Who = 'anyone' | 'known' | 'session' | Role | 'admin or writer' | 'key';

/**
 * What of a page of another site. `csrf`: refused, and of a session also whatever comes without its CSRF token. `own`: refused; no
 * cookie authenticates it, so that there is no CSRF token, and programs that say nothing of a site are let in. `any`: nothing is
 * changed by it, and that page cannot read what comes back.
 */
export type Site = 'csrf' | 'own' | 'any';
export type Rule = readonly [Who, Site];

const looked: Readonly<Record<string, Rule>> = {
  live: ['anyone', 'any'],
  ready: ['anyone', 'any'],
  metrics: ['anyone', 'any'],
  openapi: ['anyone', 'any'],
  keys: ['anyone', 'any'],
  start: ['anyone', 'any'],
  'to-console': ['anyone', 'any'],
  console: ['anyone', 'any'],
  'audit.export': ['known', 'any'],
  events: ['known', 'any'],
  'secret.list': ['known', 'any'],
  'secret.show': ['known', 'any'],
  'secret.reads': ['known', 'any'],
  'missing.list': ['known', 'any'],
  'service.list': ['known', 'any'],
  'credential.list': ['known', 'any'],
  'access.list': ['known', 'any'],
  'namespace.list': ['known', 'any'],
  'inbox.list': ['known', 'any'],
  'audit.list': ['known', 'any'],
  'health.show': ['known', 'any'],
  'admin.list': ['known', 'any'],
  'admin.key.signed': ['known', 'any'],
  'token.list': ['known', 'any'],
  'key.status': ['known', 'any'],
};

/** What a program needs, or a browser before it has a session. */
const withoutCookie: Readonly<Record<string, Rule>> = {
  register: ['anyone', 'own'],
  get: ['anyone', 'own'],
  report: ['anyone', 'own'],
  'enrolment.offer': ['anyone', 'own'],
  'enrolment.show': ['anyone', 'own'],
  'session.open': ['anyone', 'own'],
  'session.show': ['session', 'own'],
  // Without a shared secret; with one only who shows it.
  'namespace.create': ['anyone', 'own'],
  'namespace.bulk': ['anyone', 'own'],
  'namespace.read': ['key', 'own'],
  'namespace.write': ['key', 'own'],
  'namespace.delete-key': ['key', 'own'],
  'namespace.delete-all': ['key', 'own'],
  'namespace.read-by-url': ['key', 'own'],
  'namespace.write-by-url': ['key', 'own'],
  'namespace.delete-key-by-url': ['key', 'own'],
  'namespace.delete-all-by-url': ['key', 'own'],
};

const inSession: Readonly<Record<string, Rule>> = {
  'session.close': ['session', 'csrf'],
  'secret.write': ['admin or writer', 'csrf'],
  'secret.rollback': ['admin', 'csrf'],
  'secret.disable': ['admin', 'csrf'],
  'secret.enable': ['admin', 'csrf'],
  'secret.describe': ['admin', 'csrf'],
  'secret.delete': ['admin', 'csrf'],
  'service.add': ['approver', 'csrf'],
  'service.approve': ['approver', 'csrf'],
  'service.deny': ['approver', 'csrf'],
  'service.revoke': ['approver', 'csrf'],
  'access.give': ['approver', 'csrf'],
  'access.grant': ['approver', 'csrf'],
  'access.deny': ['approver', 'csrf'],
  'access.revoke': ['approver', 'csrf'],
  'namespace.delete': ['admin', 'csrf'],
  'namespace.rotate': ['admin', 'csrf'],
  'namespace.access-key.issue': ['admin', 'csrf'],
  'namespace.access-key.revoke': ['admin', 'csrf'],
  'key.rotate': ['admin', 'csrf'],
  'admin.add': ['admin', 'csrf'],
  'admin.remove': ['admin', 'csrf'],
  // Of others: the paths name nobody who asks.
  'admin.key.add': ['admin', 'csrf'],
  'admin.key.remove': ['admin', 'csrf'],
  'admin.key.remove-all': ['admin', 'csrf'],
  'admin.logout': ['admin', 'csrf'],
  'token.issue': ['admin', 'csrf'],
  'token.revoke': ['admin', 'csrf'],
};

export const RULES: Readonly<Record<string, Rule>> = { ...looked, ...withoutCookie, ...inSession };

/** `accessKey`: what is shown as one; `holds`: it opens a namespace. */
export type Caller = { readonly name: string; readonly role?: Role | TokenRole; readonly identity?: AdminIdentity; readonly headers: CallHeaders; readonly accessKey?: string; readonly holds?: true };

type Turned = 'unauthorized' | 'role' | undefined;

/** Why somebody is turned away; undefined for who is let in. */
export const turnedAway = (who: Who, { role, identity, holds }: Caller): Turned => {
  switch (who) {
    case 'anyone':
      return undefined;
    case 'key':
      return holds === true ? undefined : 'unauthorized';
    case 'known':
      return role === undefined ? 'unauthorized' : undefined;
    case 'session':
      return identity === undefined ? 'unauthorized' : undefined;
    case 'admin or writer':
      return role === undefined ? 'unauthorized' : role === 'admin' || role === 'writer' ? undefined : 'role';
    default:
      if (role === undefined) return 'unauthorized';
      return identity !== undefined && (role === 'admin' || role === who || who === 'auditor') ? undefined : 'role';
  }
};
