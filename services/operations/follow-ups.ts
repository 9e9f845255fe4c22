/** After a refused read was answered: a card for an admin, and a stub where there is no value. In the background, bounded. */
import { randomId } from '../../crypto/random.ts';
import type { ReadRef } from '../../events/access/access.ts';
import type { ReplicaCommand } from '../../events/command.ts';
import type { Outcome } from '../../events/read/decide.ts';
import { sure, Sequence, type Id, type Note, type SecretPath, type ServiceName } from '../../events/vocabulary.ts';
import type { Committed } from '../log/commit.ts';
import { prepareNothing, type Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';

type Wanted = ReadonlyArray<{ readonly path: SecretPath; readonly description: Note | null }>;

export type FollowUps = { readonly afterRead: (service: ServiceName, request: Id, committed: Committed, wanted: Wanted) => void };

// What does not fit is asked for again with the next refused read.
const WAITING_MAX = 1_000;

/** Whether a stub is missing: asked before the command, so that the usual refused read costs no second append. */
const hasNothing = ({ fold }: Replica, path: SecretPath): boolean => (fold.world.secrets.get(path)?.status ?? 'deleted') === 'deleted';

export const makeFollowUps = (replica: Replica, execute: Execute): FollowUps => {
  let waiting = 0;
  let chain: Promise<unknown> = Promise.resolve();

  const follow = (command: ReplicaCommand): void => {
    if (waiting >= WAITING_MAX) return;
    waiting += 1;
    chain = chain
      .then(() => execute({ by: 'replica', id: randomId(), command }, prepareNothing))
      .catch(() => undefined)
      .finally(() => {
        waiting -= 1;
      });
  };

  const afterRefusal = (service: ServiceName, { path }: Outcome, read: ReadRef, description: Note | null): void => {
    follow({ operation: 'access.request', service, target: path, description, read });
    if (hasNothing(replica, path)) follow({ operation: 'secret.stub', path, service, description, read: read.seq });
  };

  return {
    afterRead: (service, id, { seq, outcomes }, wanted) => {
      const read = { seq: sure(Sequence, seq), id };
      outcomes.forEach((outcome, index) => {
        const isAsked = outcome.result === 'refused' && (outcome.reason === 'ungranted' || outcome.reason === 'missing');
        // In its own turn, when the reply is on its way.
        if (isAsked) setImmediate(() => afterRefusal(service, outcome, read, wanted[index]?.description ?? null));
      });
    },
  };
};
