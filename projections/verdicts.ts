/**
 * The port to the fold that the process decides with. A session that has caught up goes on with that one's verdicts: one world in
 * memory, and each message judged once.
 */
import type { Fold } from '../events/fold/fold.ts';
import type { Folded } from '../events/fold/verdict.ts';
import type { LogMessage } from '../events/log/log.ts';
import type { World } from '../events/world.ts';

/** Where a fold stands that was given every message of the log. */
export type Place = {
  readonly fold: Fold;
  /** The message that was folded last. */
  readonly latest: LogMessage;
  /** Sequence of the last message of the state's family. */
  readonly lastState: number;
};

export type Listener = {
  /** A message was folded; `world` is the state after it, until this returns. */
  readonly onFolded: (folded: Folded, world: World) => void;
  /** Nothing more will be folded, and why. */
  readonly onFailed: (why: string) => void;
};

export type Verdicts = {
  /** @returns what ends it */
  readonly listen: (listener: Listener) => () => void;
  /**
   * Has every message after a place folded, also those that nothing is decided from.
   * @returns false if the fold does not stand at that place, or is not ready; then nothing has changed, and it can be tried again
   */
  readonly widen: (place: Place) => boolean;
};
