/** What a client sends on its subjects, by HTTP: the same bytes, and what came back for them. */
import * as E from 'fp-ts/lib/Either.js';
import { forbidden, unavailable } from '../../client/failure.ts';
import type { Transport } from '../../client/transport.ts';
import { subjects } from './clients.ts';

const PATHS = ['register', 'get', 'report'] as const;

/** A service's own subject leads to the same place as the one of all. */
const pathOf = (subject: string): string | undefined => PATHS.find((name) => subject === subjects[name] || subject.startsWith(`${subjects[name]}.`));

const headers = { 'content-type': 'application/json' };

/** @param onAsked told of each route that is asked */
export const httpTransport = (url: string, onAsked: (path: string) => void): Transport => ({
  request: (subject, bytes, timeoutMs) => async () => {
    const path = subject === subjects.keys ? 'keys' : pathOf(subject);
    // What a service is told to ask on instead is of NATS alone.
    if (path === undefined) return E.left(forbidden(`nothing of HTTP is ${subject}`));
    const how = path === 'keys' ? {} : { method: 'POST', headers, body: Buffer.from(bytes) };
    try {
      onAsked(path);
      return E.right(new Uint8Array(await (await fetch(`${url}/${path}`, { ...how, signal: AbortSignal.timeout(timeoutMs) })).arrayBuffer()));
    } catch {
      return E.left(unavailable('no answer by HTTP', 'maybe'));
    }
  },
  isUnsettled: () => false,
  notices: () => ({ close: () => undefined }),
  close: () => Promise.resolve(),
});
