/** Why the service cannot start or go on: for the operator, at the door of the process. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { deniedIn } from '../events/log/denied.ts';

export type Failure = { readonly kind: 'config' | 'unavailable' | 'denied' | 'history' | 'missing'; readonly message: string; readonly hint: string };

export const failure = (kind: Failure['kind'], message: string, hint: string): Failure => ({ kind, message, hint });

/** For each its own, since none may do what another one does. */
export const OTHER_NATS_USER = 'use the NATS user and the inbox prefix that jetlock nats-config prints for this: the service for serve, the provisioner for init, backup and restore';

/**
 * A question to nats-server that was not answered: for now, or because its user may not ask.
 * @param what was to be done, or where
 * @param hint for what may pass
 */
export const noAnswer = (what: string, why: string, hint: string): Failure =>
  deniedIn(why) === undefined ? failure('unavailable', `${what}: ${why}`, hint) : failure('denied', `${what}: NATS does not allow it to this user`, OTHER_NATS_USER);

/** A failure on its way out of a flow of bytes, which can end early in no other way. */
export class Interrupted extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** What was had, inside a flow. */
export const orInterrupted = <A>(result: Either<Failure, A>): A => {
  if (isLeft(result)) throw new Interrupted(result.left);
  return result.right;
};

/**
 * Runs what reads or writes a flow of bytes.
 * @param otherwise what to say of any other error that ends it
 */
export const flowed = async <A>(body: () => Promise<A>, otherwise: (error: unknown) => Failure): Promise<Either<Failure, A>> => {
  try {
    return right(await body());
  } catch (error) {
    return left(error instanceof Interrupted ? error.failure : otherwise(error));
  }
};
