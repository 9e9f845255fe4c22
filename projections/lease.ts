/** Who keeps the read models: one projector at a time, by compare-and-set on one entry. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Unavailable } from '../events/log/log.ts';
import { Instant, ReplicaId } from '../events/vocabulary.ts';
import { makeExclusive } from './exclusive.ts';
import type { Slot, ViewStore } from './view-store.ts';

const KEY = 'projector';
/** `until`: by the holder's clock. A holder that ended in order leaves null. */
const Held = t.strict({ holder: t.union([ReplicaId, t.null]), until: Instant }, 'Lease');
type Held = t.TypeOf<typeof Held>;

/** `taken`: it is ours now, but may have been another's since we had it last. */
export type Keeping = 'renewed' | 'taken' | 'others';

export type Lease = {
  /** Takes it if nobody has it, or renews it. */
  readonly keep: () => Promise<Either<Unavailable, Keeping>>;
  /** As far as we know. It saves work, and protects nothing: every change of an entry is a compare-and-set by itself. */
  readonly isHeld: () => boolean;
  /** Who had it when we last looked. */
  readonly holder: () => ReplicaId | null;
  /** Gives it up, so that another need not wait. */
  readonly release: () => Promise<void>;
};

export type LeaseOptions = {
  readonly store: ViewStore;
  readonly replica: ReplicaId;
  /** How long it lasts without being renewed, milliseconds. */
  readonly leaseMs: number;
  readonly now: () => number;
};

const parse = (text: string | null): Held | undefined => {
  try {
    return E.toUnion(E.orElseW(() => E.right(undefined))(Held.decode(JSON.parse(text ?? 'null'))));
  } catch {
    return undefined;
  }
};

const isOver = (held: Held | undefined, before: number): boolean => held === undefined || held.holder === null || held.until < before;

export const makeLease = ({ store, replica, leaseMs, now }: LeaseOptions): Lease => {
  let holder: ReplicaId | null = null;
  let heldUntil = 0;
  let ours = 0;
  let seen = { revision: -1, since: 0 };

  /** It was not renewed for its whole length, by our own clock; that of others is believed only if the lease ended long ago. */
  const isFree = ({ value, revision }: Slot): boolean => {
    const held = parse(value);
    // Also where the clock was set back: else it would have to come there again first.
    if (revision !== seen.revision || now() < seen.since) seen = { revision, since: now() };
    return now() >= seen.since + leaseMs || isOver(held, now() - 10 * leaseMs);
  };

  const write = async (by: ReplicaId | null, revision: number, how: Keeping): Promise<Either<Unavailable, Keeping>> => {
    const until = now() + leaseMs;
    const put = await store.put('checkpoints', KEY, JSON.stringify({ holder: by, until }), revision)();
    if (isLeft(put)) return put.left._tag === 'conflict' ? E.right('others') : E.left(put.left);
    ours = put.right;
    heldUntil = by === null ? 0 : until;
    holder = by;
    return E.right(how);
  };

  const look = async (): Promise<Either<Unavailable, Keeping>> => {
    const slot = await store.get('checkpoints', KEY)();
    if (isLeft(slot)) return slot;
    holder = parse(slot.right.value)?.holder ?? null;
    const { revision } = slot.right;
    if (revision === ours && holder === replica) return write(replica, revision, 'renewed');
    heldUntil = 0;
    // One of our own that we know nothing of: its acknowledgement was lost. Before it another may have had the lease.
    return holder === replica || isFree(slot.right) ? write(replica, revision, 'taken') : E.right('others');
  };

  const inTurn = makeExclusive();
  return {
    // Two at once would take each other's change for a stranger's; an answer to an earlier question says nothing about now.
    keep: () => inTurn(look),
    isHeld: () => now() < heldUntil,
    holder: () => holder,
    release: () =>
      inTurn(async () => {
        if (now() < heldUntil) await write(null, ours, 'others');
        heldUntil = 0;
      }),
  };
};
