/** Everything that is there before anything is measured: servers, replicas, floors, secrets, and services that may read them. */
import { join } from 'node:path';
import { jetstreamManager, StorageType } from '@nats-io/jetstream';
import { newKeyIdentity, newTokenIdentity, writeServiceIdentity } from '../../client/credential.ts';
import { orThrow } from '../../tests/support/jetlock.ts';
import { startInstallation, type Installation, type ReplicasOptions } from '../../tests/support/replicas.ts';
import { serviceOf, stepsOf } from '../../tests/support/steps.ts';
import type { Asking } from './child.ts';
import { FLOOR_STREAM } from './floors.ts';
import type { Measured } from './loop.ts';
import { startChild, startReplica } from './processes.ts';

export type Scene = {
  readonly reading: (credential: Credential, paths: number) => Asking;
  readonly ask: (asking: Asking, inFlight: number, ms: number) => Promise<Measured>;
  readonly stop: () => Promise<void>;
};

/** For node in the process of each, such as `--cpu-prof`. */
export type Flags = { readonly replica?: ReadonlyArray<string>; readonly asker?: ReadonlyArray<string> };

const PATHS = Array.from({ length: 10 }, (_, n) => `prod/shop/KEY_${n}`);
const VALUE = 'v'.repeat(64);
const IDENTITIES = { token: newTokenIdentity(serviceOf('with-a-token')), key: newKeyIdentity(serviceOf('with-a-key')) } as const;
type Credential = keyof typeof IDENTITIES;

const fileOf = ({ dataDirs }: Installation, credential: Credential): string => join(dataDirs[0] ?? '', `${credential}.json`);

const addFloorStream = async ({ connection, cluster }: Installation): Promise<void> => {
  const { streams } = await jetstreamManager(await connection());
  await streams.add({ name: FLOOR_STREAM, subjects: ['floor.events'], storage: StorageType.File, num_replicas: cluster.servers.length });
};

const fill = async (installation: Installation): Promise<void> => {
  const steps = stepsOf(installation);
  for (const path of PATHS) await steps.write(path, VALUE);
  for (const credential of ['token', 'key'] as const) {
    const identity = IDENTITIES[credential];
    await steps.approved(identity.service, identity);
    await steps.grant(identity.service, 'prod/shop/');
    orThrow(writeServiceIdentity(fileOf(installation, credential), identity));
  }
};

/** @param options.replicas one unless given, on one server unless given */
export const makeScene = async (options: ReplicasOptions, flags: Flags = {}): Promise<Scene> => {
  const installation = await startInstallation({ servers: 1, replicas: 1, ...options });
  const { cluster, dataDirs, identity } = installation;
  const servers = cluster.urls;
  try {
    await addFloorStream(installation);
    await Promise.all(dataDirs.map((dataDir) => startReplica(installation, dataDir, flags.replica)));
    await fill(installation);
    const [floors, asker] = [startChild(installation), startChild(installation, flags.asker)];
    await floors.tell({ order: 'answer', servers });
    const ask: Scene['ask'] = async (asking, inFlight, ms) => {
      const measured = await asker.tell({ order: 'ask', servers, asking, inFlight, ms });
      if (measured === null) throw new Error('nothing was measured');
      return measured;
    };
    const reading: Scene['reading'] = (credential, paths) => ({
      identity: fileOf(installation, credential),
      servicePublicKey: identity.servicePublicKey,
      paths: PATHS.slice(0, paths),
    });
    return { reading, ask, stop: installation.stop };
  } catch (error) {
    await installation.stop();
    throw error;
  }
};
