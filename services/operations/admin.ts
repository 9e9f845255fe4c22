/** `secrets.admin.<operation>`: what an admin signed is verified, allowed by role, then answered or carried out. */
import { chain, isLeft, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Refusal } from '../../events/refusal.ts';
import { isKept, isQuery, queries, type KeptQuery, type QueryName, type QueryReply, type QueryRequest } from '../../protocol/operations.ts';
import type { Replica } from '../log/replica.ts';
import { claimOf } from '../request/authenticate.ts';
import { decodeAs } from '../request/body.ts';
import type { Opened } from '../request/open.ts';
import { authorise, type Asked } from './authorise.ts';
import type { Commands } from './commands.ts';
import type { AskKept } from './kept.ts';

/** Queries that every replica answers. */
export type SeenQuery = Exclude<QueryName, KeptQuery>;
export type Views = { readonly [Q in SeenQuery]: (args: QueryRequest<Q>) => Promise<Either<Refusal, QueryReply<Q>>> };

export type AdminParts = {
  readonly replica: Replica;
  readonly commands: Commands;
  readonly views: Views;
  readonly kept: AskKept;
};

/** @param args not decoded yet */
export const ask = (views: Views, operation: SeenQuery, args: unknown): Promise<Either<Refusal, unknown>> => {
  const decoded = decodeAs(queries[operation].request, args);
  // The codec of the operation has made them the arguments of its view.
  const view = views[operation] as (args: unknown) => Promise<Either<Refusal, unknown>>;
  return isLeft(decoded) ? Promise.resolve(decoded) : view(decoded.right);
};

const query = async ({ views, kept }: AdminParts, opened: Opened, { operation, command: args, admin }: Asked & { readonly operation: QueryName }, isRelayed: boolean): Promise<Either<Refusal, unknown>> => {
  if (!isKept(operation)) return ask(views, operation, args);
  const decoded = decodeAs(queries[operation].request, args);
  return isLeft(decoded) ? decoded : kept({ opened, admin, operation, isRelayed });
};

export const makeAdmin =
  (parts: AdminParts) =>
  async (opened: Opened, isRelayed: boolean): Promise<Either<Refusal, unknown>> => {
    const { request, session } = opened;
    const { fold, subjects } = parts.replica;
    const asked = pipe(
      claimOf(request),
      chain((claim) => authorise({ fold }, claim, (operation) => request.subject === subjects.admin(operation))),
    );
    if (isLeft(asked)) return asked;
    session.remember(`admin ${asked.right.admin}`);
    const { operation } = asked.right;
    return isQuery(operation) ? query(parts, opened, { ...asked.right, operation }, isRelayed) : parts.commands(asked.right, request.enclosed);
  };
