/**
 * The cookie of a session: not to be read by scripts, and not sent along from other sites. Parsers of cookies take one of two
 * of the same name, and decode what here has one form alone: so this one name is looked for by itself.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

const NAME = 'jetlock_session';
const COOKIES = new RegExp(`(?:^|;) *${NAME}=([^;]*)`, 'g');

/** What it holds. Of two, one was put there by somebody else: then neither counts. */
export const readCookie = ({ headers: { cookie = '' } }: Pick<FastifyRequest, 'headers'>): string | undefined => {
  const [found, ...more] = [...cookie.matchAll(COOKIES)];
  return more.length === 0 ? found?.[1] : undefined;
};

/** Whether the browser came by TLS: to us, or to a proxy in front of us, under an origin of ours that begins so. */
const isByTls = ({ raw: { socket }, ownOrigin }: FastifyRequest): boolean => 'encrypted' in socket || ownOrigin.startsWith('https:');

const write = (reply: FastifyReply, value: string, rest: ReadonlyArray<string>): void => {
  const secure = isByTls(reply.request) ? ['Secure'] : [];
  void reply.header('set-cookie', [`${NAME}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Strict', ...secure, ...rest].join('; '));
};

/** It ends with the browser, if not before. */
export const setCookie = (reply: FastifyReply, value: string): void => write(reply, value, []);
export const clearCookie = (reply: FastifyReply): void => write(reply, '', ['Max-Age=0']);
