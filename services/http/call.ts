/** One call, taken apart; and what a handler makes of it. */
import type { Either } from 'fp-ts/lib/Either.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../events/refusal.ts';
import type { Principal } from './principal.ts';

export type Call = {
  readonly request: FastifyRequest;
  /** For headers beside the answer. */
  readonly reply: FastifyReply;
  readonly principal: Principal;
  /** What the path and the query string name, decoded by the fields of the route where it has some, else as text. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Decoded by the codec of the route; undefined where it has none. */
  readonly body: unknown;
  /** The body as it came. */
  readonly bytes: Uint8Array;
};

/** An answer that is sent as it is, in place of one that JSON is made of. */
export class Written {
  readonly type: string;
  readonly content: string | Uint8Array;
  readonly status: number;
  constructor(type: string, content: string | Uint8Array, status = 200) {
    this.type = type;
    this.content = content;
    this.status = status;
  }
}
export const JSON_TYPE = 'application/json; charset=utf-8';

/** What goes into the answer, or why there is none. `undefined`: the handler has answered by itself. */
export type Handler = (call: Call) => Either<Refusal, unknown> | Promise<Either<Refusal, unknown>>;
