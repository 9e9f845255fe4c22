/** The HTTP listener of the service, for what can be had there by a GET. */
import * as E from 'fp-ts/lib/Either.js';
import { unavailable } from './failure.ts';
import type { HttpGet } from './namespace.ts';
import type { Transport } from './transport.ts';

const LIMIT_MS = 5_000;
/** A little more than the longest answer there is. */
const BYTES_MAX = 1024 * 1024;

const NO_ANSWER = unavailable('the HTTP listener of the service does not answer', 'maybe');

/** What of the `fetch` of browsers and Node is used here. */
export type Fetch = (
  url: string,
  how: { readonly headers: Readonly<Record<string, string>>; readonly redirect: 'error'; readonly signal: AbortSignal },
) => Promise<{ readonly body: unknown }>;

const bodyOf = async ({ body }: { readonly body: unknown }): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    // Whoever answers is not known yet: nothing of any size is held for them.
    if (length > BYTES_MAX) throw new Error('too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Follows no redirects: the headers are for this address alone. */
export const httpGet =
  (url: string, fetched: Fetch): HttpGet =>
  async (path, headers) => {
    try {
      return E.right(await bodyOf(await fetched(`${url.replace(/\/+$/, '')}${path}`, { headers, redirect: 'error', signal: AbortSignal.timeout(LIMIT_MS) })));
    } catch {
      return E.left(NO_ANSWER);
    }
  };

/** Enough of a transport to ask for the keys of the service. */
export const httpTransport = (get: HttpGet): Pick<Transport, 'request'> => ({
  request: () => () => get('/keys', {}),
});
