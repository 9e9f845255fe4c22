/** Which service asks, with an approved credential: from the state of now, or once more from what the leader of the log has of it. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { ServiceName } from '../../events/vocabulary.ts';
import type { Replica } from '../log/replica.ts';
import type { Soon } from '../soon.ts';
import { authenticateService, heldBy, type Held } from './authenticate.ts';
import type { Opened } from './open.ts';
import type { SecondLook } from './second-look.ts';

export type Asker = { readonly service: ServiceName; readonly credential: Held; readonly opened: Opened };
export type IdentifyParts = { readonly replica: Replica; readonly lookAgain: SecondLook };

const identifyNow = ({ fold }: Replica, opened: Opened): Either<Refusal, Asker> => {
  const { service } = opened.request;
  if (service === null) return left(refuse('malformed', 'no service'));
  const held = heldBy(opened);
  if (isLeft(held)) return held;
  const known = authenticateService(fold.world, service, held.right);
  return isLeft(known) ? known : right({ service, credential: known.right, opened });
};

const identifyLate = async ({ replica, lookAgain }: IdentifyParts, opened: Opened, early: Either<Refusal, Asker>): Promise<Either<Refusal, Asker>> => {
  const { service } = opened.request;
  return service !== null && (await lookAgain(service)) ? identifyNow(replica, opened) : early;
};

export const identify = (parts: IdentifyParts, opened: Opened): Soon<Either<Refusal, Asker>> => {
  const early = identifyNow(parts.replica, opened);
  return isLeft(early) ? identifyLate(parts, opened, early) : early;
};
