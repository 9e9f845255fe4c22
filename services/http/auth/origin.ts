/** Where the page stands that sent a request. */
import type { FastifyRequest } from 'fastify';

type Heard = Pick<FastifyRequest, 'headers' | 'ownOrigin'>;

/**
 * Whether no other site made a browser send this. Browsers say where the page stands with all that can change something, and old
 * and new ones say it differently; programs say nothing, and are made to send nothing by nobody.
 */
export const isSameOrigin = ({ headers, ownOrigin }: Heard): boolean => {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin === undefined) return site === undefined || site === 'same-origin';
  return origin === ownOrigin && (site === undefined || site === 'same-origin');
};
