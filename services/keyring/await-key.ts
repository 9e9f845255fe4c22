/** A log key, waited for while it cannot be told whether there is one: a fold that went on without it would skip what is genuine. */
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import type { Failure } from '../failure.ts';
import type { Keyring } from './keyring.ts';

const RETRY_MS = 200;

/** What NATS does not allow it may allow again, as soon as somebody has seen it. */
const mayPass = ({ kind }: Failure): boolean => kind === 'unavailable' || kind === 'denied';

/** @param goOn false ends the wait */
export const awaitKey = async (keyring: Keyring, key: string, goOn: () => boolean): Promise<Either<Failure, unknown>> => {
  let opened = await keyring.open(key);
  while (isLeft(opened) && mayPass(opened.left) && goOn()) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    opened = await keyring.open(key);
  }
  return opened;
};
