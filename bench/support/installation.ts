/** An installation on a nats-server of its own, made as a first start makes it, and not running: benchmarks fill its log and start it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from 'nats';
import { newSigningKey } from '../../crypto/sign.ts';
import type { Fold } from '../../events/fold/fold.ts';
import type { Log } from '../../events/log/log.ts';
import { subjectsUnder, type Subjects } from '../../events/subjects.ts';
import { AdminName, sure, type Id, type PublicKey } from '../../events/vocabulary.ts';
import { currentKey } from '../../events/world.ts';
import { natsBroker } from '../../services/nats/broker.ts';
import { provision } from '../../services/nats/provision.ts';
import { start, type StartOptions } from '../../services/start.ts';
import { orThrow } from '../../tests/support/jetlock.ts';
import { startNats, type TestNats } from '../../tests/support/nats.ts';

export type Installation = {
  readonly nats: TestNats;
  readonly nc: NatsConnection;
  readonly log: Log;
  readonly subjects: Subjects;
  readonly dataDir: string;
  readonly admin: { readonly name: AdminName; readonly key: PublicKey };
  /** Everything that is in the log, folded. Whoever writes goes on with it. */
  readonly fold: Fold;
  readonly logKey: { readonly id: Id; readonly bytes: Uint8Array };
  /** What a start of it is given, on a connection of its own. */
  readonly startOptions: () => Promise<StartOptions>;
  readonly stop: () => Promise<void>;
};

export const install = async (): Promise<Installation> => {
  const nats = await startNats();
  const subjects = subjectsUnder('secrets');
  const home = await mkdtemp(join(tmpdir(), 'jetlock-bench-'));
  const dataDir = join(home, 'data');
  const opened: NatsConnection[] = [];
  const connected = async (): Promise<NatsConnection> => {
    const nc = await connect({ servers: nats.url, noAsyncTraces: true });
    opened.push(nc);
    return nc;
  };
  const admin = { name: sure(AdminName, 'root'), key: newSigningKey().publicKey };
  const startOptions = async (): Promise<StartOptions> => ({
    broker: orThrow(await natsBroker(await connected(), subjects)),
    ...{ subjects, dataDir, acceptHistory: undefined, operatorKey: { current: undefined, previous: undefined } },
    firstAdmin: { admin: admin.name, publicKey: admin.key },
  });
  const nc = await connected();
  orThrow(await provision(nc, subjects, { replicas: 1 })());
  const { replica } = orThrow(await start(await startOptions()));
  await replica.stop();
  const id = currentKey(replica.fold.world, 'log')?.id;
  const bytes = id === undefined ? undefined : replica.keyring.opened(id)?.reveal();
  if (id === undefined || bytes === undefined) throw new Error('there is no log key');
  const stop = async (): Promise<void> => {
    await Promise.all(opened.map((one) => one.close()));
    await nats.stop();
    await rm(home, { recursive: true, force: true });
  };
  return { nats, nc, log: replica.log, subjects, dataDir, admin, fold: replica.fold, logKey: { id, bytes }, startOptions, stop };
};
