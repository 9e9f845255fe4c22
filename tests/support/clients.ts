/** Those who ask a service under test: an admin, and requesting programs, over connections that are closed together. */
import { connect, type NatsConnection } from 'nats';
import { adminClient, type AdminClient } from '../../client/admin.ts';
import { clientOf, type Client } from '../../client/client.ts';
import { newTokenIdentity, type AdminIdentity, type ServiceIdentity } from '../../client/credential.ts';
import { serviceKeys } from '../../client/keys.ts';
import { natsTransport } from '../../client/nats/transport.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { ClientInfo, ServiceName, sure } from '../../events/vocabulary.ts';
import { until } from './latch.ts';
import { eventually } from './poll.ts';

export const subjects = subjectsUnder('secrets');
const client = sure(ClientInfo, { name: 'test', version: '1.0.0' });

export type Connections = {
  /** A new one, which comes back by itself whenever it is lost. */
  readonly connection: () => Promise<NatsConnection>;
  /** Settles when every connection stands: what is sent while one does not, the library may drop without a word. */
  readonly connected: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
};

/** @param servers of one installation: each connection goes to any of them, and to another one when that is gone */
export const connectionsTo = (servers: ReadonlyArray<string>): Connections => {
  const opened: NatsConnection[] = [];
  const connection = async (): Promise<NatsConnection> => {
    const nc = await connect({ servers: [...servers], maxReconnectAttempts: -1, reconnectTimeWait: 50, noAsyncTraces: true });
    opened.push(nc);
    return nc;
  };
  const roundTrips = () => until(Promise.all(opened.filter((nc) => !nc.isClosed()).map((nc) => nc.rtt())), 500, 'round trips').catch(() => undefined);
  return { connection, connected: () => eventually(roundTrips, 30_000, 'all connections'), close: () => Promise.all(opened.map((nc) => nc.close())) };
};

export type Clients = {
  readonly admin: AdminClient;
  /** A client of a service with a new token, or with an identity that is given. */
  readonly clientOf: (name: string, identity?: ServiceIdentity) => Promise<Client>;
};

/** Each on a connection of its own. */
export const clientsOf = async (identity: AdminIdentity, connection: Connections['connection']): Promise<Clients> => {
  const parts = async () => {
    const transport = natsTransport(await connection(), subjects);
    return { transport, subjects, keys: serviceKeys({ transport, subjects, trust: { signer: identity.servicePublicKey } }), client };
  };
  return {
    admin: adminClient({ ...(await parts()), identity }),
    clientOf: async (name, given) => clientOf({ ...(await parts()), identity: given ?? newTokenIdentity(sure(ServiceName, name)) }),
  };
};
