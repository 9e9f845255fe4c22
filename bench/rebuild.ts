/** How fast read models are made again from the first message, beside reading the log alone. */
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import { equal, utf8 } from '../crypto/bytes.ts';
import { logMac, messageHash, nextHead, noHead } from '../crypto/log.ts';
import type { LogCrypto } from '../events/fold/log-crypto.ts';
import { ReplicaId, sure } from '../events/vocabulary.ts';
import { kvStore } from '../projections/kv.ts';
import { startProjector, type Projector } from '../projections/run.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { hundredThousand } from './support/big-log.ts';
import { fill } from './support/fill.ts';
import { install, type Installation } from './support/installation.ts';

const LIMIT_MS = 600_000;

const right = <A>(result: Either<unknown, A>): A => {
  if (isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const secondsOf = async <A>(work: () => Promise<A>): Promise<readonly [number, A]> => {
  const since = performance.now();
  const result = await work();
  return [(performance.now() - since) / 1000, result];
};

/** Every message once, and nothing done with it. */
const readAlone = ({ log, subjects }: Installation, last: number): Promise<void> =>
  new Promise((resolve) => {
    const subscription = log.follow({
      filters: [subjects.all],
      from: 1,
      onMessage: ({ seq }) => {
        if (seq >= last) void subscription.then(({ close }) => close()).then(resolve);
      },
    });
  });

const cryptoOf = ({ logKey: { id, bytes } }: Installation): LogCrypto => ({
  mac: (key, subject, prev, data) => (key === id ? logMac(bytes, subject, prev, data) : undefined),
  equal: (a, b) => equal(utf8(a), utf8(b)),
  nextHead,
  noHead,
});

const projectorOn = async (installation: Installation): Promise<Projector> =>
  startProjector({
    log: installation.log,
    subjects: installation.subjects,
    crypto: cryptoOf(installation),
    store: await kvStore(installation.nc, installation.subjects),
    replica: sure(ReplicaId, 'bench'),
    hash: messageHash,
    loadKey: () => Promise.resolve(true),
    onFailure: (failure) => {
      throw new Error(JSON.stringify(failure));
    },
  });

const figuresOf = async (what: string, reads: number, say: (line: string) => void): Promise<ReadonlyArray<Figure>> => {
  const installation = await install();
  try {
    const last = await fill(installation, hundredThousand(reads));
    const events = 100_000 + reads;
    say(`${what}: ${events} events in ${last} messages`);
    const [floor] = await secondsOf(() => readAlone(installation, last));
    const projector = await projectorOn(installation);
    const [first] = await secondsOf(() => projector.waitFor(last, LIMIT_MS));
    const [again, rebuilt] = await secondsOf(async () => right(await projector.rebuild()));
    const [verified] = await secondsOf(async () => right(await projector.verify()));
    say(`${rebuilt.entries} entries, the same bytes: ${rebuilt.identical}`);
    await projector.close();
    const perSecond = (seconds: number) => ({ value: events / seconds, unit: 'events/s', floor: events / floor });
    return [
      { what: `${what}: into an empty store`, ...perSecond(first) },
      { what: `${what}: rebuild`, value: events / again, unit: 'events/s', bar: { atLeast: 50_000 } },
      { what: `${what}: rebuild, beside reading alone`, ...perSecond(again) },
      { what: `${what}: verify`, ...perSecond(verified) },
    ];
  } finally {
    await installation.stop();
  }
};

export const rebuild: Benchmark = {
  name: 'rebuild',
  does: 'read models made from the first message, with 100,000 state events and with a million reads beside them',
  run: async (say) => [...(await figuresOf('state events alone', 0, say)), ...(await figuresOf('with reads', 1_000_000, say))],
};
