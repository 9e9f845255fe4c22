/** What the service takes from its environment: the operator's keys and the shared secret, each from a variable, or else from the file that its `_FILE` twin names. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { secretIn } from '../client/secret-file.ts';
import { Redacted } from '../crypto/redacted.ts';
import { failure, type Failure } from './failure.ts';
import type { StartOptions } from './start.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const read = (name: string, environment: Environment): Either<Failure, string | undefined> => {
  const found = secretIn(environment, name);
  return isLeft(found) ? left(failure('config', `${name}_FILE: ${found.left.why}`, found.left.hint)) : found;
};

/** `KEY_ENCRYPTION_KEY` and, while it is being replaced, `KEY_ENCRYPTION_KEY_PREVIOUS`: 32 bytes each, base64. */
export const operatorKeyFrom = (environment: Environment = process.env): Either<Failure, StartOptions['operatorKey']> => {
  const current = read('KEY_ENCRYPTION_KEY', environment);
  if (isLeft(current)) return current;
  const previous = read('KEY_ENCRYPTION_KEY_PREVIOUS', environment);
  return isLeft(previous) ? previous : right({ current: current.right, previous: previous.right });
};

const SHARED_SECRET_MIN = 16;

/** `JETLOCK_SHARED_SECRET`, of 16 characters at least: what those share with the service who make namespaces and use them. */
export const sharedSecretFrom = (environment: Environment = process.env): Either<Failure, Redacted<string> | undefined> => {
  const secret = read('JETLOCK_SHARED_SECRET', environment);
  if (isLeft(secret)) return secret;
  // Whoever reaches the listener may guess at it.
  if (secret.right !== undefined && secret.right.length < SHARED_SECRET_MIN)
    return left(failure('config', `JETLOCK_SHARED_SECRET has less than ${SHARED_SECRET_MIN} characters`, 'give it a long random text, or leave it out'));
  return right(secret.right === undefined ? undefined : new Redacted(secret.right));
};
