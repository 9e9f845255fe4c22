/** What only the keeper of the read models can do, asked of any replica. */
import test from 'ava';
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import { adminClient } from '../client/admin.ts';
import { open, seal } from '../client/envelope.ts';
import { serviceKeys } from '../client/keys.ts';
import type { Transport } from '../client/transport.ts';
import { fromUtf8 } from '../crypto/bytes.ts';
import { randomId } from '../crypto/random.ts';
import { ClientInfo, Instant, sure, type ReplicaId } from '../events/vocabulary.ts';
import type { KeptQuery, QueryReply } from '../protocol/operations.ts';
import type { Request } from '../protocol/wire.ts';
import type { Broker } from '../services/broker.ts';
import type { Admission } from '../services/doors/admission.ts';
import { subjects } from './support/clients.ts';
import { until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { startReplicas } from './support/replicas.ts';
import { inLongForm } from './support/scale.ts';
import { stepsOf } from './support/steps.ts';
import { openWire, statementOf } from './support/wire.ts';

type Entrance = { readonly replica: ReplicaId; readonly admission: Admission; readonly broker: Broker };

/** Every replica's own entrance, in the order in which they began to answer. */
const entrances: Entrance[] = [];
let delayMs = 0;
const slowly = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
};

const noted = (broker: Broker): Broker => ({
  ...broker,
  views: {
    ...broker.views,
    entries: (bucket, wanted) => async () => {
      await slowly();
      return broker.views.entries(bucket, wanted)();
    },
  },
  serve: (admission, replica, known) => {
    entrances.push({ replica, admission, broker });
    return broker.serve(admission, replica, known);
  },
});

const installation = await startReplicas({ servers: 1, broker: noted });
const { replicas, identity } = installation;
const steps = stepsOf(installation);
const wire = await openWire(installation);
test.after.always(() => installation.stop());

const LIMIT_MS = 60_000;

const sendTo = ({ admission }: Entrance, subject: string, bytes: Uint8Array): Promise<Uint8Array> =>
  until(new Promise<Uint8Array>((answer) => admission.admit({ subject, bytes, answer })), LIMIT_MS, `an answer on ${subject}`);

const adminAt = (entrance: Entrance) => {
  const transport: Transport = {
    request: (subject, bytes) => async () => right(await sendTo(entrance, subject, bytes)),
    isUnsettled: () => false,
    notices: () => ({ close: () => undefined }),
    close: async () => undefined,
  };
  const keys = serviceKeys({ transport, subjects, trust: { signer: identity.servicePublicKey } });
  return adminClient({ transport, subjects, keys, identity, client: sure(ClientInfo, { name: 'test', version: '1.0.0' }) });
};

/** Who has the lease now: the keeper, and the one that stands by. */
const inOrder = async (): Promise<readonly [Entrance, Entrance]> => {
  const [a, b] = entrances.slice(-2) as [Entrance, Entrance];
  const holder = await eventually(
    async () => {
      const slot = await a.broker.views.get('checkpoints', 'projector')();
      const held = isLeft(slot) ? null : (JSON.parse(slot.right.value ?? '{}') as { readonly holder?: string }).holder;
      return [a, b].some(({ replica }) => replica === held) ? held : undefined;
    },
    30_000,
    'a keeper',
  );
  return a.replica === holder ? [a, b] : [b, a];
};

const both = async (entrance: Entrance): Promise<ReadonlyArray<Either<unknown, QueryReply<KeptQuery>>>> => {
  const admin = adminAt(entrance);
  const asked = async (operation: KeptQuery) => until(admin.query(operation, {})(), LIMIT_MS, operation);
  return [await asked('projections.verify'), await asked('projections.rebuild')];
};

test.serial('it is done whichever replica is asked, also when the other one has become the keeper', async (t) => {
  await steps.write('prod/kept/KEY', 'v');
  const first = await inOrder();
  for (const entrance of first) for (const answer of await both(entrance)) t.like(answer, { right: { identical: true } });
  await replicas[0]?.stop();
  await replicas[0]?.start();
  await replicas[1]?.stop();
  await replicas[1]?.start();
  const second = await inOrder();
  for (const entrance of second) for (const answer of await both(entrance)) t.like(answer, { right: { identical: true } });
});

test.serial('a copy of what was handed on is refused by both, and what goes between them is sealed', async (t) => {
  const [keeper, standby] = await inOrder();
  const handedOn: Uint8Array[] = [];
  const watched = wire.nc.subscribe('secrets.replica.>', { callback: (_, { data }) => void handedOn.push(data) });
  await wire.nc.flush();
  const subject = subjects.admin('projections.verify');
  const about = sure(ClientInfo, { name: 'test', version: '1.0.0' });
  const request: Request = { v: 1, type: 'req', subject, service: null, id: randomId(), time: sure(Instant, Date.now()), client: about, ...statementOf(identity, { operation: 'projections.verify' }), enclosed: null };
  const bytes = seal(wire.shared, request);
  t.like(open(wire.shared, request, await sendTo(standby, subject, bytes)), { right: { identical: true } });
  t.deepEqual(handedOn.map((one) => JSON.parse(fromUtf8(one)) as unknown), [JSON.parse(fromUtf8(bytes))]);
  for (const entrance of [standby, keeper]) t.like(open(wire.shared, request, await sendTo(entrance, subject, bytes)), { left: { refusal: { code: 'replayed' } } });
  // Where replicas hand on, nothing else is answered, and only what was made for that operation.
  const other = { ...request, id: randomId() };
  for (const [to, made] of [['projections.rebuild', other], ['secret.list', other]] as const) {
    const reply = await sendTo(keeper, subjects.replica(keeper.replica, to), seal(wire.shared, made));
    t.like(open(wire.shared, made, reply), to === 'secret.list' ? { left: { _tag: 'unsealed', code: 'malformed' } } : { left: { refusal: { code: 'malformed' } } });
  }
  t.is(handedOn.length, 1);
  watched.unsubscribe();
});

inLongForm(() => {
  test.serial('an answer that takes longer than anyone waits comes all the same', async (t) => {
    for (const entrance of await inOrder()) {
      delayMs = 9_000;
      const answer = await adminAt(entrance).query('projections.verify', {})();
      delayMs = 0;
      t.like(answer, { right: { identical: true } });
    }
  });
});
