/** After a read was answered. Refused: a card for an admin, and a stub where there is no value. With another schema: what is expected. In the background, bounded. */
import { randomId } from '../../crypto/random.ts';
import type { ReadRef } from '../../events/access/access.ts';
import type { ReplicaCommand } from '../../events/command.ts';
import type { Outcome } from '../../events/read/decide.ts';
import { isSame } from '../../events/expectation.ts';
import { expectedOf } from '../../events/expected.ts';
import { sure, Sequence, type Id, type SecretPath, type ServiceName } from '../../events/vocabulary.ts';
import { accessOf } from '../../events/world.ts';
import type { GetRequest } from '../../protocol/operations.ts';
import { WATCHED_MAX } from '../../protocol/wire.ts';
import { makeFairQueue } from '../doors/fair-queue.ts';
import type { Committed } from '../log/commit.ts';
import { prepareNothing, type Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import { makeAllowance, monotonic } from '../request/rate-limit.ts';

type Wanted = GetRequest['paths'];
type Asked = Wanted[number];

export type FollowUps = { readonly afterRead: (service: ServiceName, request: Id, committed: Committed, wanted: Wanted) => void };

/** What does not fit is asked for again with the next refused read. Each path leads to two. */
const WAITING = { each: 2 * WATCHED_MAX, all: 4_096 } as const;
/** A card and a stub, and the read models of both, are some ten writes to a disk that every read waits for as well: so many times as long as one took nothing is done, up to so many milliseconds. */
const [REST, REST_MS_MAX] = [2, 100];

/** Whether a stub is missing: asked before the command, so that the usual refused read costs no second append. */
const hasNothing = ({ fold }: Replica, path: SecretPath): boolean => (fold.world.secrets.get(path)?.status ?? 'deleted') === 'deleted';

/**
 * Another version of a program may expect something else of all that it reads; two versions side by side, each of which takes back
 * what the other asked for, fill no log.
 */
const CHANGES = { perSecond: 0.1, atOnce: 100 } as const;

/** Whether a service expects something else than it did. Who says nothing of a path takes nothing back. */
const isNews = ({ fold }: Replica, service: ServiceName, asked: Asked): boolean => {
  const { path, description, format, pattern } = asked;
  return (description !== null || format !== null || pattern !== null) && !isSame(expectedOf(fold.world, service, path), asked);
};

type FollowUp = Extract<ReplicaCommand, { readonly operation: 'access.request' | 'access.expect' | 'secret.stub' }>;

/** One after another, each service in turn, with rests in between: nobody waits for them as others do for their secrets. */
const makeFollow = (execute: Execute): ((command: FollowUp) => void) => {
  const waiting = makeFairQueue<FollowUp>(WAITING);
  let isAtIt = false;
  const pump = async (): Promise<void> => {
    if (isAtIt) return;
    isAtIt = true;
    for (let next = waiting.take(() => true); next !== undefined; next = waiting.take(() => true)) {
      const began = monotonic();
      await execute({ by: 'replica', id: randomId(), command: next.item }, prepareNothing).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, Math.min((monotonic() - began) * REST, REST_MS_MAX)));
    }
    isAtIt = false;
  };
  return (command) => {
    waiting.offer(command.service, command);
    void pump();
  };
};

export const makeFollowUps = (replica: Replica, execute: Execute): FollowUps => {
  const changes = makeAllowance(CHANGES);
  const follow = makeFollow(execute);

  const afterRefusal = (service: ServiceName, { path, description, format, pattern }: Asked, read: ReadRef): void => {
    follow({ operation: 'access.request', service, target: path, description, format, pattern, read });
    if (hasNothing(replica, path)) follow({ operation: 'secret.stub', path, service, description, format, pattern, read: read.seq });
  };

  const afterNews = (service: ServiceName, { path, format, pattern }: Asked, read: ReadRef): void => {
    if (changes.use(service)) follow({ operation: 'access.expect', service, target: path, format, pattern, read });
  };

  const after = (service: ServiceName, outcome: Outcome, asked: Asked, read: ReadRef): void => {
    const isRefused = outcome.result === 'refused';
    const isAsked = isRefused && (outcome.reason === 'ungranted' || outcome.reason === 'missing');
    // A request that is made of this read tells what is expected by itself.
    const isNew = (!isRefused || accessOf(replica.fold.world, service, asked.path)?.status === 'requested') && isNews(replica, service, asked);
    // In its own turn, when the reply is on its way.
    if (isAsked) setImmediate(() => afterRefusal(service, asked, read));
    if (isNew) setImmediate(() => afterNews(service, asked, read));
  };

  return {
    afterRead: (service, id, { seq, outcomes }, wanted) => {
      const read = { seq: sure(Sequence, seq), id };
      outcomes.forEach((outcome, index) => {
        const asked = wanted[index];
        if (asked !== undefined) after(service, outcome, asked, read);
      });
    },
  };
};
