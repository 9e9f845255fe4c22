/** From the parts to an open port, and back. */
import type { FastifyServerOptions } from 'fastify';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { failure, type Failure } from '../failure.ts';
import { makeHttp, type HttpParts } from './server.ts';

/** `console`: where the console was built, beside the bundle unless given. `tls`: certificate, with those it hangs on, and private key, both as PEM; without them it is plain HTTP. `origins`: by which it is reached beside its address, such as that of a proxy. */
export type HttpAt = { readonly host: string; readonly port: number; readonly console?: string; readonly origins?: ReadonlyArray<string>; readonly tls?: { readonly cert: string; readonly key: string } };
export type Listening = { readonly url: string; readonly close: () => Promise<void> };

/** How long calls that are under way may take at the end. */
const LAST_MS = 2_000;

const CHOOSE_PORT = 'choose another port with --http-port';
const CHECK_TLS = 'give a certificate and its own key, as PEM';

/** Node takes a key that does not fit, or is none, only to refuse it here: its sentences can quote the file. */
const made = (parts: HttpParts, { tls }: HttpAt): ReturnType<typeof makeHttp> | undefined => {
  try {
    return makeHttp(parts, tls === undefined ? {} : ({ https: { cert: tls.cert, key: tls.key } } as FastifyServerOptions));
  } catch {
    return undefined;
  }
};

export const listen = async (parts: HttpParts, at: HttpAt): Promise<Either<Failure, Listening>> => {
  const { host, port } = at;
  const server = made(parts, at);
  if (server === undefined) return left(failure('config', 'the certificate and the key of the HTTP listener cannot be used', CHECK_TLS));
  const close = async (): Promise<void> => {
    // Again and again: a connection may have been accepted since.
    const timer = setInterval(() => server.server.closeAllConnections(), LAST_MS);
    await server.close().finally(() => clearInterval(timer));
  };
  try {
    return right({ url: await server.listen({ host, port }), close });
  } catch (error) {
    return left(failure('config', `cannot listen on ${host}:${port} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, CHOOSE_PORT));
  }
};
