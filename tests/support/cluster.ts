/** Three nats-servers that hold one JetStream together, each on a store of its own that is thrown away; or one alone, handled the same way. */
import { jetstreamManager, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import { connectionsTo } from './clients.ts';
import { freePorts } from './free-ports.ts';
import { startNats, type StartOptions, type TestNats } from './nats.ts';
import { orStopped } from './or-throw.ts';
import { eventually } from './poll.ts';

export type ClusterSize = 1 | 3;
export type ClusterOptions = Pick<StartOptions, 'syncAlways' | 'config' | 'storeIn'> & { readonly servers?: ClusterSize };

export type Cluster = {
  /** The pid of each is in `server().pid`, to be stopped by a signal. */
  readonly servers: ReadonlyArray<TestNats>;
  /** Of all servers; they stay the same over restarts. */
  readonly urls: ReadonlyArray<string>;
  /** As when its power fails; settles when the process is gone. */
  readonly kill9: (server: number) => Promise<void>;
  /** Starts it again on its port and store, after stopping it if it still runs. Settles when it takes connections, not when it has caught up. */
  readonly restart: (server: number) => Promise<void>;
  /** The server that leads a stream, waited for until there is one. */
  readonly leaderOf: (stream: string) => Promise<number>;
  /** Settles when every stream has a leader and all of its peers are current. */
  readonly settled: () => Promise<unknown>;
  readonly stop: () => Promise<void>;
};

/** An election takes up to nine seconds, and the one of a stream comes after that of the whole. */
const SETTLED_MS = 60_000;
const ANSWER_MS = 5_000;

const nameOf = (server: number): string => `n${server + 1}`;

const routesOf = (routes: ReadonlyArray<number>, server: number): string => `\
server_name: ${nameOf(server)}
cluster {
  name: test
  listen: "127.0.0.1:${routes[server]}"
  routes: [${routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ')}]
}
`;

const startServers = async ({ servers = 3, config = '', ...options }: ClusterOptions): Promise<ReadonlyArray<TestNats>> => {
  if (servers === 1) return [await startNats(undefined, { ...options, config })];
  const ports = await freePorts(2 * servers);
  const [clients, routes] = [ports.slice(0, servers), ports.slice(servers)];
  return Promise.all(clients.map((port, n) => startNats(undefined, { ...options, port, config: `${routesOf(routes, n)}${config}` })));
};

const isCurrent = ({ cluster }: StreamInfo): boolean =>
  cluster === undefined || (cluster.leader !== undefined && cluster.leader !== '' && (cluster.replicas ?? []).every(({ current, offline }) => current && !offline));

/** Nothing, as long as one of them is not current or does not answer. */
const allCurrent = async ({ streams }: JetStreamManager): Promise<true | undefined> => {
  for await (const name of streams.names()) if (!isCurrent(await streams.info(name))) return undefined;
  return true;
};

const unanswered = (): undefined => undefined;

/** Starts servers for one test, which stops them by itself; or for a file, without `t`, which has to call `stop`. */
export const startCluster = async (t?: { readonly teardown: (end: () => Promise<void>) => void }, options: ClusterOptions = {}): Promise<Cluster> => {
  const servers = await startServers(options);
  const urls = servers.map(({ url }) => url);
  const { connection, close } = connectionsTo(urls);
  const manager = await jetstreamManager(await connection(), { checkAPI: false, timeout: ANSWER_MS });
  const at = (server: number): TestNats => servers[server]!;
  const leaderNow = async (stream: string): Promise<number | undefined> => {
    const { cluster } = await manager.streams.info(stream);
    const leader = servers.length === 1 ? 0 : servers.findIndex((_, n) => nameOf(n) === cluster?.leader);
    return leader === -1 ? undefined : leader;
  };
  const cluster: Cluster = {
    servers,
    urls,
    kill9: (server) => at(server).kill9(),
    restart: (server) => at(server).restart(),
    leaderOf: (stream) => eventually(() => leaderNow(stream).catch(unanswered), SETTLED_MS, `a leader of ${stream}`),
    settled: () => eventually(() => allCurrent(manager).catch(unanswered), SETTLED_MS, 'all streams to be current on all servers'),
    stop: async () => {
      await close();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
  t?.teardown(cluster.stop);
  // Of the cluster itself: before it has a leader, nobody answers.
  await orStopped(cluster.settled, cluster.stop);
  return cluster;
};
