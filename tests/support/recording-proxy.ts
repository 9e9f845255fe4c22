/** A reverse proxy that keeps all that passes through it, both ways: what somebody who reads the wire would have. */
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { holds } from './needles.ts';

/** Of one exchange, in the order of its arrival: method, address and headers, then bodies. Those of a stream grow. */
export type Exchange = { readonly line: string; readonly sent: Buffer[]; readonly answered: Buffer[] };

/** Nothing is compressed between browser and service: compressed, a value would not be found. */
const headersOf = ({ 'accept-encoding': _, ...headers }: IncomingMessage['headers']): IncomingMessage['headers'] => headers;

const keep = (stream: IncomingMessage, head: string, kept: Buffer[]): void => {
  kept.push(Buffer.from(`${head}\n${stream.rawHeaders.join('\n')}\n\n`));
  stream.on('data', (chunk: Buffer) => void kept.push(chunk));
};

const pass = (target: string, incoming: IncomingMessage, outgoing: ServerResponse, exchange: Exchange): void => {
  const { hostname, port } = new URL(target);
  const { method, url: path } = incoming;
  const onward = ask({ hostname, port, method, path, headers: headersOf(incoming.headers) });
  const broken = (): void => void outgoing.destroy();
  onward.on('error', broken);
  onward.on('response', (answer) => {
    keep(answer, String(answer.statusCode), exchange.answered);
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    outgoing.flushHeaders();
    answer.on('error', broken).pipe(outgoing);
  });
  outgoing.on('close', () => void onward.destroy());
  incoming.pipe(onward);
};

export type RecordingProxy = {
  /** Without a slash at its end. */
  readonly url: string;
  readonly exchanges: ReadonlyArray<Exchange>;
  /** Method and address of every exchange that holds one of the secrets in any form, anywhere. */
  readonly holding: (secrets: ReadonlyArray<string | Uint8Array>) => ReadonlyArray<string>;
  readonly stop: () => Promise<void>;
};

/**
 * @param target where the service is now: it may come back at another port
 * @param own answers what the proxy itself has, and says whether it did
 */
export const recordingProxy = async (target: () => string, own: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean = () => false): Promise<RecordingProxy> => {
  const exchanges: Exchange[] = [];
  const server = createServer((incoming, outgoing) => {
    if (own(incoming, outgoing)) return;
    const exchange: Exchange = { line: `${incoming.method} ${incoming.url}`, sent: [], answered: [] };
    exchanges.push(exchange);
    keep(incoming, exchange.line, exchange.sent);
    pass(target(), incoming, outgoing, exchange);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const isIn = ({ sent, answered }: Exchange, secrets: ReadonlyArray<string | Uint8Array>): boolean => [sent, answered].some((kept) => holds(Buffer.concat(kept), secrets));
  const stop = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, exchanges, holding: (secrets) => exchanges.filter((one) => isIn(one, secrets)).map(({ line }) => line), stop };
};
