/**
 * By which name a call was sent here. A page of anyone may have their own name point at this machine (DNS rebinding): to its browser
 * that page and this service are then one site, and only the name in `Host` tells that they are not.
 */
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../protocol/loopback.ts';

type Heard = Pick<FastifyRequest, 'headers' | 'raw'>;

const parsed = (text: string): URL | undefined => {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
};

/** Without the brackets of IPv6, and as IPv4 what came by a listener for both. */
const bare = (address: string): string => address.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:(?=\d+\.)/i, '');

/** By the address that it was reached at, which no name can be, or by a name that only this machine has for itself. */
const isReached = ({ raw: { socket } }: Heard, { hostname, port, protocol }: URL): boolean => {
  const [name, local] = [bare(hostname), bare(socket.localAddress ?? '')];
  const isPort = Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port) === socket.localPort;
  return isPort && (name === local || (isLoopback(name) && isLoopback(local)));
};

const found = (request: Heard, host: string | undefined, known: ReadonlyArray<string>): string | undefined => {
  const scheme = 'encrypted' in request.raw.socket ? 'https' : 'http';
  const url = parsed(`${scheme}://${host ?? ''}`);
  if (url === undefined) return undefined;
  // Before a proxy the scheme may be another one, and so the port that need not be said.
  return known.find((one) => one.replace(/^https?:\/\//, '') === host?.toLowerCase()) ?? (isReached(request, url) ? url.origin : undefined);
};

/**
 * The origin that a call was sent to: scheme, host and port. What a proxy says in headers of its own is not believed.
 * @param known further origins by which this service is reached, such as that of a proxy
 * @returns undefined if the name is none of ours
 */
export const originsOf = (known: ReadonlyArray<string>): ((request: Heard) => string | undefined) => {
  // Of each connection, whose calls nearly always name the same host one after the other.
  const last = new WeakMap<Heard['raw']['socket'], { readonly host: string | undefined; readonly origin: string | undefined }>();
  return (request) => {
    const { headers: { host }, raw: { socket } } = request;
    const remembered = last.get(socket);
    if (remembered !== undefined && remembered.host === host) return remembered.origin;
    const origin = found(request, host, known);
    last.set(socket, { host, origin });
    return origin;
  };
};
