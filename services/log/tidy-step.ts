/** What the steps of `tidy` are made of. */
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import type { ReplicaCommand } from '../../events/command.ts';
import type { Holders } from '../keyring/holders.ts';
import type { Replica } from './replica.ts';

/** A step that failed is repeated with the next run: why it failed is told to nobody but the log. */
export type Step = Either<unknown, unknown>;
export const done: Step = right(undefined);

export type TidyParts = {
  readonly replica: Replica;
  readonly holders: Holders;
  readonly follow: (command: ReplicaCommand) => Promise<Step>;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Tells the operator, not more than once a day the same thing. */
  readonly warn: (what: string) => Step;
};

/** Each in turn, up to the first that fails. */
export const each = async <A>(items: Iterable<A>, step: (item: A) => Promise<Step> | Step): Promise<Step> => {
  for (const item of items) {
    const result = await step(item);
    if (isLeft(result)) return result;
  }
  return done;
};
