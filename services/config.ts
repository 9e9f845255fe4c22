/** What the service takes from its environment: the operator's keys, each from a variable or from the file that its `_FILE` twin names. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { readSecretFile } from '../client/secret-file.ts';
import { failure, type Failure } from './failure.ts';
import type { StartOptions } from './start.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const read = (name: string, environment: Environment): Either<Failure, string | undefined> => {
  const file = environment[`${name}_FILE`];
  if (file === undefined) return right(environment[name]);
  const secret = readSecretFile(file);
  return isLeft(secret) ? left(failure('config', `${name}_FILE: ${secret.left.why}`, secret.left.hint)) : right(new TextDecoder().decode(secret.right).trim());
};

/** `KEY_ENCRYPTION_KEY` and, while it is being replaced, `KEY_ENCRYPTION_KEY_PREVIOUS`: 32 bytes each, base64. */
export const operatorKeyFrom = (environment: Environment = process.env): Either<Failure, StartOptions['operatorKey']> => {
  const current = read('KEY_ENCRYPTION_KEY', environment);
  if (isLeft(current)) return current;
  const previous = read('KEY_ENCRYPTION_KEY_PREVIOUS', environment);
  return isLeft(previous) ? previous : right({ current: current.right, previous: previous.right });
};
