/** `jetlock init` and `jetlock serve`: the service on a NATS that is the user's own. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { subjectsUnder } from '../events/subjects.ts';
import { operatorKeyFrom, sharedSecretFrom } from './config.ts';
import { failure, type Failure } from './failure.ts';
import type { HttpAt } from './http/listen.ts';
import { isEnrolled, type Created, type FirstAdmin } from './keyring/create.ts';
import { natsBroker } from './nats/broker.ts';
import { checkStream, provision, type ProvisionFailure } from './nats/provision.ts';
import { startService, type Service } from './service.ts';
import { start, type Started } from './start.ts';

export type ServeOptions = {
  readonly nc: NatsConnection;
  /** Where requests come in: a connection of its own, see `natsBroker`. */
  readonly requests: NatsConnection;
  /** Where those ask who are known: likewise. */
  readonly known: NatsConnection;
  readonly dataDir: string;
  readonly http: HttpAt;
  /** An access key may stand in a URL. */
  readonly keyInUrl?: boolean;
  readonly logLevel: string;
  readonly acceptHistory: string | undefined;
  /** Makes the keyring where there is none: see `jetlock dev`. */
  readonly firstAdmin: FirstAdmin | undefined;
};

type Answer<A> = Promise<Either<Failure, A>>;

export const subjects = subjectsUnder('secrets');

export const toFailure = ({ why, hint }: ProvisionFailure): Failure => failure('config', why, hint);

const startOptions = async ({ nc, requests, known, dataDir, acceptHistory, firstAdmin }: Omit<ServeOptions, 'http' | 'logLevel'>) => {
  const operatorKey = operatorKeyFrom();
  if (isLeft(operatorKey)) return operatorKey;
  const broker = await natsBroker(nc, subjects, requests, known);
  return isLeft(broker) ? broker : right({ broker: broker.right, subjects, dataDir, operatorKey: operatorKey.right, acceptHistory, firstAdmin });
};

/** The service on a stream that is as it must be; everything else is refused, with what to mend. */
export const serve = async (options: ServeOptions): Answer<Service> => {
  const checked = await checkStream(options.nc, subjects)();
  if (isLeft(checked)) return left(toFailure(checked.left));
  const sharedSecret = sharedSecretFrom();
  if (isLeft(sharedSecret)) return sharedSecret;
  const { http, logLevel, keyInUrl = false } = options;
  const prepared = await startOptions(options);
  return isLeft(prepared) ? prepared : startService({ ...prepared.right, http, logLevel, namespaces: { sharedSecret: sharedSecret.right, keyInUrl } });
};

/** A replica that answers nobody: it opens the keyring and folds the log, with the operator's key of the environment if there is one. Stopped by its caller. */
export const startReplica = async (options: Pick<ServeOptions, 'nc' | 'dataDir' | 'firstAdmin'>): Answer<Started> => {
  const prepared = await startOptions({ ...options, requests: options.nc, known: options.nc, acceptHistory: undefined });
  return isLeft(prepared) ? prepared : start(prepared.right);
};

export type InitOptions = Pick<ServeOptions, 'nc' | 'dataDir'> & { readonly firstAdmin: FirstAdmin; readonly replicas: 1 | 3 };

/**
 * Stream, buckets and keyring, made where they are not there yet; what is there stays as it is.
 * @returns what the installation is known by, and whether the admin is enrolled in it
 */
export const init = async ({ nc, dataDir, firstAdmin, replicas }: InitOptions): Answer<Created & { readonly enrolled: boolean }> => {
  const provisioned = await provision(nc, subjects, { replicas })();
  if (isLeft(provisioned)) return left(toFailure(provisioned.left));
  const started = await startReplica({ nc, dataDir, firstAdmin });
  if (isLeft(started)) return started;
  const enrolled = isEnrolled(started.right.replica.fold.world, firstAdmin);
  await started.right.replica.stop();
  return right({ ...started.right.identity, enrolled });
};
