/** How fast read models are made again from the first message, beside reading the log alone. */
import { equalText } from '../crypto/bytes.ts';
import { hashing } from '../crypto/hash.ts';
import { logMac, nextHead, noHead } from '../crypto/log.ts';
import { parseRecord } from '../events/fold/accept.ts';
import type { LogCrypto } from '../events/fold/log-crypto.ts';
import type { LogMessage } from '../events/log/log.ts';
import { ReplicaId, sure } from '../events/vocabulary.ts';
import { kvStore } from '../projections/kv.ts';
import { startProjector, type Projector } from '../projections/run.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { orThrow } from '../tests/support/or-throw.ts';
import { mixOf, type Mix } from './support/big-log.ts';
import { fill } from './support/fill.ts';
import { install, type Installation } from './support/installation.ts';

const LIMIT_MS = 600_000;

type Cost = { readonly seconds: number; readonly cpuSeconds: number };

/** What the clock says, and how much of a processor this process had: another one's load is in the first alone. */
const costOf = async <A>(work: () => Promise<A>): Promise<readonly [Cost, A]> => {
  const [since, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [{ seconds: (performance.now() - since) / 1000, cpuSeconds: (user + system) / 1_000_000 }, result];
};

/** Every message once. */
const readAlone = ({ log, subjects }: Installation, last: number, take: (message: LogMessage) => void = () => undefined): Promise<void> =>
  new Promise((resolve) => {
    const subscription = log.follow({
      filters: [subjects.all],
      from: 1,
      onMessage: (message) => {
        take(message);
        if (message.seq >= last) void subscription.then(({ close }) => close()).then(resolve);
      },
    });
  });

/** What is really in the log: the events of state records, and each read of the many that one message may hold. */
const countEvents = async (installation: Installation, last: number): Promise<number> => {
  let count = 0;
  await readAlone(installation, last, ({ data, subject }) => {
    const record = parseRecord(data, installation.subjects.isState(subject));
    count += (record?.kind === 'state' ? record.events : (record?.reads ?? [])).length;
  });
  return count;
};

const cryptoOf = ({ logKey: { id, bytes } }: Installation): LogCrypto => ({
  mac: (key, subject, prev, data) => (key === id ? logMac(bytes, subject, prev, data) : undefined),
  equal: equalText,
  nextHead,
  noHead,
});

const projectorOn = async (installation: Installation, say: (line: string) => void): Promise<Projector> =>
  startProjector({
    log: installation.log,
    subjects: installation.subjects,
    crypto: cryptoOf(installation),
    store: await kvStore(installation.nc, installation.subjects),
    replica: sure(ReplicaId, 'bench'),
    newHashing: hashing,
    loadKey: () => Promise.resolve(true),
    // It tries again by itself; what it cannot go on from shows in that it does not come to the end.
    onFailure: (failure) => say(JSON.stringify(failure)),
  });

const figuresOf = async (what: string, mix: Mix, say: (line: string) => void): Promise<ReadonlyArray<Figure>> => {
  const installation = await install();
  try {
    const last = await fill(installation, mix);
    const events = await countEvents(installation, last);
    say(`${what}: ${events} events in ${last} messages`);
    const [floor] = await costOf(() => readAlone(installation, last));
    const projector = await projectorOn(installation, say);
    const [first, isThere] = await costOf(() => projector.waitFor(last, LIMIT_MS));
    if (!isThere) throw new Error('the read models did not come to the end of the log');
    const [again, rebuilt] = await costOf(async () => orThrow(await projector.rebuild()));
    const [verified] = await costOf(async () => orThrow(await projector.verify()));
    say(`${rebuilt.entries} entries, the same bytes: ${rebuilt.identical}`);
    await projector.close();
    const unit = 'events/s';
    const perSecond = ({ seconds }: Cost) => ({ value: events / seconds, unit, floor: events / floor.seconds });
    const perCpuSecond = ({ cpuSeconds }: Cost) => ({ value: events / cpuSeconds, unit, floor: events / floor.cpuSeconds });
    return [
      { what: `${what}: into an empty store`, ...perSecond(first) },
      { what: `${what}: rebuild`, value: events / again.seconds, unit, bar: { atLeast: 50_000 } },
      { what: `${what}: rebuild, beside reading alone`, ...perSecond(again) },
      { what: `${what}: rebuild, for a second of this process on a processor`, ...perCpuSecond(again) },
      { what: `${what}: verify`, ...perSecond(verified) },
    ];
  } finally {
    await installation.stop();
  }
};

const STATES_ALONE = mixOf(50_000, 0);
/** Twenty times as many reads as changes, a hundred of them in a message, as busy replicas write them. */
const MIXED = mixOf(10_000, 200_000);

export const rebuild: Benchmark = {
  name: 'rebuild',
  does: 'read models made from the first message: of 50,000 state events, and of 10,000 with 200,000 reads beside them',
  run: async (say) => [...(await figuresOf('state events alone', STATES_ALONE, say)), ...(await figuresOf('with reads', MIXED, say))],
};
