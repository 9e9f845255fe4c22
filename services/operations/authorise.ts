/** Who ordered it: an admin of this installation, whose role allows it, with a statement that is signed and of now. */
import { chain, isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isEnough } from '../../events/decide.ts';
import { SIGNED_AFTER_MS, SIGNED_BEFORE_MS } from '../../events/fold/judge.ts';
import { OpenStatement } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { AdminName, Id } from '../../events/vocabulary.ts';
import type { Admin } from '../../events/world.ts';
import { isCommand, isQuery, roleFor } from '../../protocol/operations.ts';
import type { Replica } from '../log/replica.ts';
import { verified, type SignedStatement } from '../request/authenticate.ts';
import { parseBody } from '../request/body.ts';

/** `command` is what was signed, not decoded yet. */
export type Asked = { readonly id: Id; readonly operation: string; readonly command: unknown; readonly admin: AdminName; readonly signed: SignedStatement };

const operationOf = (command: unknown): string =>
  typeof command === 'object' && command !== null && 'operation' in command && typeof command.operation === 'string' ? command.operation : '';

/** Who signed, and what, not decoded yet. */
export type Order = { readonly id: Id; readonly admin: Admin; readonly command: unknown; readonly signed: SignedStatement };

const ordered = ({ fold }: Pick<Replica, 'fold'>, signed: SignedStatement): Either<Refusal, Order> => {
  const statement = parseBody(OpenStatement, signed.statement);
  if (isLeft(statement)) return statement;
  const { id, keyring, admin: name, at, command } = statement.right;
  const admin = fold.world.admins.get(name);
  const now = Math.max(fold.world.now, Date.now());
  if (admin?.keys.has(signed.key) !== true) return left(refuse('signature'));
  if (keyring !== fold.world.keyring?.id) return left(refuse('wrong_service'));
  if (at < now - SIGNED_BEFORE_MS || at > now + SIGNED_AFTER_MS) return left(refuse('outdated'));
  return right({ id, admin, command, signed });
};

/** A statement that an admin of this installation has signed just now; whether the role is enough is another question. */
export const orderOf = (replica: Pick<Replica, 'fold'>, claim: SignedStatement): Either<Refusal, Order> =>
  pipe(
    verified(claim),
    chain((signed) => ordered(replica, signed)),
  );

const allowed = ({ id, admin, command, signed }: Order, isPlace: (operation: string) => boolean): Either<Refusal, Asked> => {
  const operation = operationOf(command);
  if (!isPlace(operation)) return left(refuse('malformed', 'another subject'));
  if (!isQuery(operation) && !isCommand(operation)) return left(refuse('malformed', 'no such operation'));
  return isEnough(admin.role, roleFor(operation)) ? right({ id, operation, command, admin: admin.name, signed }) : left(refuse('role', operation));
};

/**
 * The same at every door. A command is judged again at its place in the log.
 * @param isPlace whether an operation may be asked where this was sent: on its own subject, or at its own route
 */
export const authorise = (replica: Pick<Replica, 'fold'>, claim: SignedStatement, isPlace: (operation: string) => boolean): Either<Refusal, Asked> =>
  pipe(
    orderOf(replica, claim),
    chain((order) => allowed(order, isPlace)),
  );
