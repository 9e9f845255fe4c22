/** Who calls by HTTP: by the token in its header, else by the session of its cookie. */
import { equalText } from '../../../crypto/bytes.ts';
import { refuse } from '../../../events/refusal.ts';
import type { Replica } from '../../log/replica.ts';
import { NOBODY, type Auth } from '../principal.ts';
import { tokenOf } from './bearer.ts';
import { readCookie } from './cookie.ts';
import { isSameOrigin } from './origin.ts';
import type { Logins } from './logins.ts';

export const makeAuth = ({ fold }: Pick<Replica, 'fold'>, logins: Logins): Auth => ({
  authenticate: (request) => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = tokenOf(fold.world, authorization);
      return token === undefined ? NOBODY : { kind: 'token', id: token.id, role: token.role };
    }
    const session = logins.use(readCookie(request) ?? '');
    if (session === undefined) return NOBODY;
    const { admin, role, key, csrf } = session;
    return { kind: 'session', admin, role, key, csrf };
  },
  isStillIn: (request) => {
    const { authorization } = request.headers;
    return authorization !== undefined ? tokenOf(fold.world, authorization) !== undefined : logins.has(readCookie(request) ?? '');
  },
  forged: (request, { csrf }) => {
    const shown = request.headers['jetlock-csrf'];
    if (!isSameOrigin(request)) return refuse('origin');
    return typeof shown === 'string' && equalText(shown, csrf) ? undefined : refuse('csrf');
  },
});
