/**
 * The projector: folds the log into read models and keeps them in the store. Every replica runs one and folds along; the one
 * that has the lease writes, the others are ready to go on where it stops.
 */
import { map, type Either } from 'fp-ts/lib/Either.js';
import type { Unavailable } from '../events/log/log.ts';
import type { ReplicaId } from '../events/vocabulary.ts';
import { rebuild, verify, type Rebuilt, type Verified } from './again.ts';
import type { Hashing } from './checkpoints.ts';
import { makeExclusive } from './exclusive.ts';
import { makeKeeper, type Keeper } from './keeper.ts';
import { makeLease, type Keeping } from './lease.ts';
import { makeMirror } from './mirror.ts';
import { poke, renew, startTimers, stop, type NotNow, type Pace, type State } from './projector.ts';
import type { BadEntry } from './read.ts';
import { openSession, type Applied, type Session, type SessionEnd, type SessionParts } from './session.ts';
import { status, type ProjectorStatus } from './status.ts';
import type { ViewStore } from './view-store.ts';
import { waitFor } from './wait-for.ts';

export type { Rebuilt, Verified } from './again.ts';
export type { NotNow, Pace } from './projector.ts';
export type { SessionEnd } from './session.ts';

const PACE: Pace = { leaseMs: 3000, renewMs: 750, usageMs: 2000, checkpointMs: 60_000 };

export type ProjectorOptions = Pick<SessionParts, 'log' | 'subjects' | 'crypto' | 'loadKey' | 'verdicts'> & {
  readonly store: ViewStore;
  /** Names the holder of the lease: new at every start. */
  readonly replica: ReplicaId;
  /** Makes the digest of a checkpoint, as text. */
  readonly newHashing: () => Hashing;
  /** A session's end is for ever; what is unavailable is tried again, and told once until it is there again. */
  readonly onFailure: (failure: SessionEnd | Unavailable) => void;
  /** Milliseconds; measures the lease. */
  readonly now?: () => number;
  readonly pace?: Partial<Pace>;
};

export type Projector = {
  /**
   * Waits until the store holds the state of a sequence, whoever writes it; counts of reads may lag. False: not within the
   * limit. On a standby it works for sequences of state messages alone.
   */
  readonly waitFor: (seq: number, limitMs: number) => Promise<boolean>;
  /** Folds again from the first message, and makes the store hold that and nothing else. */
  readonly rebuild: () => Promise<Either<NotNow, Rebuilt>>;
  /** Folds again from the first message, and says what the store has otherwise. */
  readonly verify: () => Promise<Either<NotNow, Verified>>;
  readonly status: () => Promise<Either<NotNow | BadEntry, ProjectorStatus>>;
  /** Who keeps the store, when we last looked. */
  readonly holder: () => ReplicaId | null;
  /** The read models as they were folded here, and up to which message. They are those of another session after a rebuild. */
  readonly folded: () => Pick<Session, 'models' | 'applied'>;
  /** Told of each message that the read models have; where they are folded again, of all of them again. */
  readonly onApplied: (hear: (applied: Applied) => void) => void;
  /** Writes what is still to be written, and gives up the lease. */
  readonly close: () => Promise<void>;
};

const encoder = new TextEncoder();

const digestWith =
  (newHashing: () => Hashing) =>
  (text: string): string => {
    const hashing = newHashing();
    hashing.add(encoder.encode(text));
    return hashing.digest();
  };

const makeState = async (options: ProjectorOptions, heard: ReadonlySet<(applied: Applied) => void>): Promise<State> => {
  const { store, replica, newHashing, now = Date.now, onFailure } = options;
  const pace = { ...PACE, ...options.pace };
  const lease = makeLease({ store, replica, now, leaseMs: pace.leaseMs });
  const mirror = makeMirror(store, async () => map((kept: Keeping) => kept === 'renewed')(await lease.keep()));
  const listeners = new Set<() => void>();
  const onWritten = () => listeners.forEach((tell) => tell());
  const keeper: Keeper = makeKeeper({ session: () => state.session, mirror, newHashing, onWritten });
  const parts = { log: options.log, subjects: options.subjects, crypto: options.crypto, loadKey: options.loadKey, verdicts: options.verdicts, digestOf: digestWith(newHashing), onApplied: (applied: Applied) => heard.forEach((hear) => hear(applied)) };
  const session = await openSession({ ...parts, onState: () => poke(state), onEnd: (why) => void stop(state, why) });
  const beginning = { term: 0, phase: 'standby', stopped: undefined, renewing: false, failing: false } as const;
  const state: State = { parts, store, pace, onFailure, exclusive: makeExclusive(), lease, mirror, keeper, session, listeners, queued: new Set(), timers: [], ...beginning };
  return state;
};

/** Settles when the log is followed, long before its head is reached. */
export const startProjector = async (options: ProjectorOptions): Promise<Projector> => {
  const heard = new Set<(applied: Applied) => void>();
  const state = await makeState(options, heard);
  state.session.join();
  startTimers(state);
  void renew(state);
  return {
    waitFor: (seq, limitMs) => waitFor(state, seq, limitMs),
    rebuild: () => state.exclusive(() => rebuild(state)),
    verify: () => state.exclusive(() => verify(state)),
    status: () => state.exclusive(() => status(state)),
    holder: state.lease.holder,
    folded: () => state.session,
    onApplied: (hear) => void heard.add(hear),
    close: () => stop(state, null),
  };
};
