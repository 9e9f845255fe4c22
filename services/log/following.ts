/** Which messages a replica is given: state and its own reads at first, so that no start waits for the reads of others; all of them once it was widened. */
import type { Fold } from '../../events/fold/fold.ts';
import type { Follow, Log, Subscription } from '../../events/log/log.ts';
import type { Subjects } from '../../events/subjects.ts';
import type { ReplicaId } from '../../events/vocabulary.ts';
import type { Place } from '../../projections/verdicts.ts';

export type Following = {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Whether a fold that was given every message stands where this one does, as far as this one is given them. */
  readonly isAt: (place: Place) => boolean;
  /** From where that fold stands on everything is given. It stays so, also over losses of the connection. */
  readonly widen: (place: Place['fold']) => void;
};

type Parts = { readonly id: ReplicaId; readonly subjects: Subjects; readonly log: Log; readonly fold: Fold };
type Listeners = Required<Pick<Follow, 'onMessage' | 'onLost' | 'onResumed'>>;

export const makeFollowing = ({ id, subjects, log, fold }: Parts, { onMessage, onLost, onResumed }: Listeners): Following => {
  const own = subjects.read(id);
  let isWide = false;
  let following: Promise<Subscription> | undefined;

  const follow = (filters: ReadonlyArray<string>): Promise<Subscription> => {
    // What an earlier one still hands on before it is closed would come out of its turn.
    const ifNow = <A extends ReadonlyArray<unknown>, B>(listener: (...args: A) => B) => (...args: A): B | undefined => (following === mine ? listener(...args) : undefined);
    const mine = log.follow({ filters, from: fold.applied() + 1, onMessage: ifNow(onMessage), onLost: ifNow(onLost), onResumed: ifNow(onResumed) });
    return (following = mine);
  };
  const close = async (one: Promise<Subscription> | undefined): Promise<void> => (await one)?.close();

  return {
    start: async () => {
      await follow([subjects.anyState, own]);
    },
    stop: () => close(following),
    isAt: ({ fold: other, lastState }) => fold.applied() === (isWide ? other.applied() : Math.max(lastState, other.previous(own))),
    widen: (other) => {
      if (isWide) return;
      isWide = true;
      fold.goOnFrom(other);
      void close(following);
      void follow([subjects.all]);
    },
  };
};
