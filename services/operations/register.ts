/** `secrets.register`: a program shows a credential and asks to be approved. Asking again tells how it stands. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { ServiceCommand } from '../../events/command.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { ServiceName } from '../../events/vocabulary.ts';
import { credentialOf } from '../../events/world.ts';
import { RegisterRequest, type RegisterReply } from '../../protocol/operations.ts';
import { prepareNothing, type Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import { heldBy, type Held } from '../request/authenticate.ts';
import { parseBody } from '../request/body.ts';
import type { Opened } from '../request/open.ts';

type Answer = Either<Refusal, RegisterReply>;

const statusOf = ({ fold }: Replica, service: ServiceName, { fingerprint }: Held): Answer => {
  const credential = credentialOf(fold.world, service, fingerprint);
  if (credential === undefined) return left(refuse('unavailable'));
  const status = ({ pending: 'pending_approval', approved: 'approved', denied: 'denied', revoked: 'denied' } as const)[credential.status];
  return right({ status, fingerprint });
};

export const makeRegister =
  (replica: Replica, execute: Execute) =>
  async (opened: Opened): Promise<Answer> => {
    const { request } = opened;
    const body = parseBody(RegisterRequest, request.body);
    if (isLeft(body)) return body;
    const held = heldBy(opened);
    if (isLeft(held)) return held;
    const { service } = body.right;
    // Nobody registers in another's name by the subject that NATS gave them.
    if (request.service !== service || held.right.kind !== body.right.kind) return left(refuse('malformed'));
    const { name, version } = request.client;
    const client = { name, version: body.right.serviceVersion ?? version };
    const command: ServiceCommand = { operation: 'credential.register', service, ...held.right, client };
    const executed = await execute({ by: 'service', id: request.id, command }, prepareNothing);
    return isLeft(executed) ? executed : statusOf(replica, service, held.right);
  };
