/** Commands by HTTP: signed by an admin, in a session of that admin and key, and then carried out as on NATS. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { SignedRoute } from '../../protocol/http/route.ts';
import type { SignedCall } from '../../protocol/http/signed-call.ts';
import type { Enclosed } from '../../protocol/wire.ts';
import type { Replica } from '../log/replica.ts';
import { authorise, type Asked } from '../operations/authorise.ts';
import type { Commands } from '../operations/commands.ts';
import type { Call, Handler } from './call.ts';
import { isPrivate } from './private.ts';
import type { Auth } from './principal.ts';
import { tokenWrite, type TokenWriteParts } from './token-write.ts';

export type SignedParts = TokenWriteParts & {
  readonly replica: Replica;
  readonly commands: Commands;
  readonly forged: Auth['forged'];
  /** The value of a write that came sealed. */
  readonly openValue: (sealed: NonNullable<SignedCall['sealed']>, statement: Asked['id'], asker: string) => Promise<Either<Refusal, Enclosed>>;
};

/** What the path names is what was signed: whoever reads a log of paths reads what was done. */
const isNamed = (command: unknown, args: Call['args']): boolean =>
  Object.entries(args).every(([name, value]) => (command as Readonly<Record<string, unknown>>)[name] === value);

const valueOf = ({ openValue }: SignedParts, { request }: Call, { sealed, enclosed }: SignedCall, { id, admin }: Asked): Promise<Either<Refusal, Enclosed | null>> | Either<Refusal, Enclosed | null> => {
  if (sealed !== undefined) return openValue(sealed, id, `admin ${admin}`);
  if (enclosed === undefined) return right(null);
  return isPrivate(request) ? right(enclosed) : left(refuse('plaintext'));
};

export const signedHandler =
  (parts: SignedParts, route: SignedRoute): Handler =>
  async (call) => {
    const { principal, request, args } = call;
    if (principal.kind === 'token') return tokenWrite(parts, call, principal);
    if (principal.kind === 'none') return left(refuse('unauthorized'));
    const forged = parts.forged(request, principal);
    if (forged !== undefined) return left(forged);
    // Decoded by the codec of the route.
    const body = call.body as SignedCall;
    const asked = authorise(parts.replica, body, (operation) => operation === route.operation);
    if (isLeft(asked)) return asked;
    if (asked.right.admin !== principal.admin || body.key !== principal.key) return left(refuse('signature'));
    if (!isNamed(asked.right.command, args)) return left(refuse('malformed', 'statement: expected what the path names'));
    const value = await valueOf(parts, call, body, asked.right);
    return isLeft(value) ? value : parts.commands(asked.right, value.right);
  };
