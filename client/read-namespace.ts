/** What a program calls that has the access key of a namespace, and nothing else. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { isAccessKey } from '../crypto/credential.ts';
import { Redacted } from '../crypto/redacted.ts';
import { subjectsUnder } from '../events/subjects.ts';
import { ClientInfo, sure } from '../events/vocabulary.ts';
import { VERSION } from '../protocol/version.ts';
import { orThrow, trustOf, type ConnectOptions } from './connect.ts';
import { argumentError, errorOf } from './error.ts';
import type { ClientFailure } from './failure.ts';
import { httpGet, httpTransport, type Fetch } from './http.ts';
import { serviceKeys } from './keys.ts';
import { readNamespace as readOverNats, readNamespaceByHttp, type NamespaceOptions, type NamespaceSecrets } from './namespace.ts';
import { connectNats, type NatsOptions } from './nats/connect.ts';
import { natsTransport } from './nats/transport.ts';
import { newSession } from './session.ts';

/** Where the service is: on NATS, or the address of its HTTP listener with a `fetch` of one's own, if need be. */
export type NamespaceAt = { readonly nats: NatsOptions } | { readonly url: string; readonly fetch?: Fetch };

export type ReadNamespaceOptions = NamespaceAt &
  Pick<ConnectOptions, 'servicePublicKey' | 'onNewServiceKey' | 'prefix'> & {
    /** `jlk_` and 43 characters. It says which namespace. */
    readonly accessKey: string;
    /** Where the service has a `JETLOCK_SHARED_SECRET`. */
    readonly sharedSecret?: string;
  };

const CLIENT = sure(ClientInfo, { name: 'jetlock-client', version: VERSION });

type Shown = Omit<NamespaceOptions, 'session'>;
type Trusted = Pick<Parameters<typeof serviceKeys>[0], 'trust' | 'onNewSigner'>;

const overNats = async (nats: NatsOptions, shown: Shown, trusted: Trusted): Promise<Either<ClientFailure, NamespaceSecrets>> => {
  const connection = await connectNats(nats)();
  if (E.isLeft(connection)) throw errorOf(connection.left);
  const transport = natsTransport(connection.right, shown.subjects);
  const session = newSession({ transport, keys: serviceKeys({ transport, subjects: shown.subjects, ...trusted }), client: CLIENT });
  try {
    return await readOverNats({ session, ...shown })();
  } finally {
    session.close();
    await transport.close();
  }
};

const overHttp = ({ url, fetch: fetched = fetch }: Extract<NamespaceAt, { url: string }>, shown: Shown, trusted: Trusted): TaskEither<ClientFailure, NamespaceSecrets> => {
  const get = httpGet(url, fetched);
  return readNamespaceByHttp({ get, keys: serviceKeys({ transport: httpTransport(get), subjects: shown.subjects, ...trusted }), ...shown });
};

/**
 * Everything in the namespace that an access key opens, by key: a read that stands in the audit log, like each other. Over HTTP the
 * values are sealed to a key made for this one call, but the access key itself stands in a header: use https.
 * Rejects with a JetlockError only; `unauthorized` whatever is wrong with the access key.
 */
export const readNamespace = async (options: ReadNamespaceOptions): Promise<ReadonlyMap<string, { readonly version: number; readonly value: Redacted<Uint8Array> }>> => {
  const { accessKey, sharedSecret, servicePublicKey, onNewServiceKey: onNewSigner = () => undefined, prefix = 'secrets' } = options;
  if (!isAccessKey(accessKey)) throw argumentError('that is not an access key', 'it is jlk_ and 43 characters');
  const trusted = { trust: orThrow(trustOf(servicePublicKey)), onNewSigner };
  const shown = { subjects: subjectsUnder(prefix), accessKey: new Redacted(accessKey), sharedSecret: sharedSecret === undefined ? undefined : new Redacted(sharedSecret) };
  return orThrow(E.mapLeft(errorOf)(await ('nats' in options ? overNats(options.nats, shown, trusted) : overHttp(options, shown, trusted)())));
};
