/** Where a request was sent to, and where the page stands that sent it. */
import type { FastifyRequest } from 'fastify';

type Heard = Pick<FastifyRequest, 'headers' | 'raw'>;

/** Scheme, host and port as this service sees them. What a proxy says in headers of its own is not believed. */
export const ownOrigin = ({ headers, raw: { socket } }: Heard): string => `${'encrypted' in socket ? 'https' : 'http'}://${headers.host ?? ''}`;

/**
 * Whether no other site made a browser send this. Browsers say where the page stands with all that can change something, and old
 * and new ones say it differently; programs say nothing, and are made to send nothing by nobody.
 */
export const isSameOrigin = (request: Heard): boolean => {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin === undefined) return site === undefined || site === 'same-origin';
  return origin === ownOrigin(request) && (site === undefined || site === 'same-origin');
};
