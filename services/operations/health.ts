/** How this replica is, and what it knows of the others and of the log. */
import { isLeft, isRight, left, right, type Either } from 'fp-ts/lib/Either.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { refuse } from '../../events/refusal.ts';
import type { Refusal } from '../../events/refusal.ts';
import { sure, Count, Instant, Sequence, type ReplicaId } from '../../events/vocabulary.ts';
import type { Projector } from '../../projections/run.ts';
import type { HealthView, KeyAge, ListenerView, ReplicaView } from '../../protocol/pages.ts';
import { VERSION } from '../../protocol/version.ts';
import { operatorKeySince } from '../keyring/rotation.ts';
import type { Replica } from '../log/replica.ts';

/** `listener`: where it listens, once it does. */
type Parts = { readonly replica: Replica; readonly projector: Projector; readonly listener: () => ListenerView | undefined };

/** One that has written nothing for so long has ended; one that lives and is read from writes with every read, and hourly in any case. */
const SEEN_MS = 24 * 60 * 60 * 1000;
const startedAt = Date.now();

const replicas = ({ replica, projector }: Parts, now: number): ReadonlyArray<ReplicaView> => {
  const { writers } = projector.folded().models.audit;
  const holder = projector.holder();
  const view = (id: ReplicaId): ReplicaView => {
    const last = writers.get(id);
    return { id, self: id === replica.id, keepsModels: id === holder, lastAt: last === undefined ? null : sure(Instant, last.at), lastSeq: sure(Sequence, last?.seq ?? 0) };
  };
  const others = [...writers].filter(([id, { at }]) => id !== replica.id && now - at < SEEN_MS).map(([id]) => id);
  return [replica.id, ...others.reverse()].map(view);
};

/** Those that are in use. */
const keysOf = ({ fold: { world } }: Replica): ReadonlyArray<KeyAge> => {
  if (world.keyring === null) return [];
  const { keys, operatorRetired } = world.keyring;
  const current = new Map([...keys.values()].map((key) => [key.purpose, key]));
  const ages = [...current.values()].map(({ purpose, addedAt, retired }) => ({ purpose, since: sure(Instant, addedAt), retired }));
  return [{ purpose: 'operator', since: sure(Instant, operatorKeySince(world)), retired: operatorRetired }, ...ages];
};

const timeAt = async ({ log }: Replica, seq: number): Promise<Instant | null> => {
  const message = await log.at(seq)();
  return isRight(message) && isSome(message.right) ? sure(Instant, message.right.value.time) : null;
};

const streamOf = async (replica: Replica): Promise<HealthView['stream']> => {
  const info = await replica.log.info()();
  if (isLeft(info)) return null;
  const { messages, bytes, first, last } = info.right;
  const [firstAt, lastAt] = await Promise.all([timeAt(replica, first), timeAt(replica, last)]);
  return { messages: sure(Count, messages), bytes: sure(Count, bytes), first: sure(Sequence, first), last: sure(Sequence, last), firstAt, lastAt };
};

export const makeHealth = (parts: Parts) => async (): Promise<Either<Refusal, HealthView>> => {
  const { replica, projector } = parts;
  const { fold } = replica;
  const { world } = fold;
  if (world.keyring === null) return left(refuse('unavailable'));
  const now = Math.max(world.now, Date.now());
  const applied = projector.folded().applied();
  const stream = await streamOf(replica);
  const lag = Math.max(0, (stream?.last ?? fold.applied()) - applied);
  const { ready, why } = replica.health();
  return right({
    ...{ version: VERSION, now: sure(Instant, now), startedAt: sure(Instant, startedAt), ready, why },
    ...{ replicas: replicas(parts, now), keys: keysOf(replica), http: parts.listener() ?? null, stream },
    models: { seq: sure(Sequence, applied), lag: sure(Count, lag), complete: applied >= fold.head().seq },
    ...{ secrets: sure(Count, world.secrets.size), services: sure(Count, world.services.size), admins: [...world.admins.keys()] },
  });
};
