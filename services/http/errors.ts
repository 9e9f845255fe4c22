/** Every refusal in one shape, with nothing of the inside in it. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { statusOf, type HttpError } from '../../protocol/http/status.ts';
import { toWire } from '../../protocol/refusal.ts';
import { JSON_TYPE } from './call.ts';

export const errorOf = (refusal: Refusal): HttpError => ({ error: toWire(refusal) });

export const sendRefusal = (reply: FastifyReply, refusal: Refusal, status: number = statusOf(refusal.code)): FastifyReply =>
  reply.code(status).type(JSON_TYPE).send(JSON.stringify(errorOf(refusal)));

/** What fastify itself refuses: its sentences can quote what came, so only its status is taken. */
const ofStatus = (status: number): Refusal => {
  switch (status) {
    case 413:
      return refuse('too_large');
    case 415:
      return refuse('malformed', 'content-type: expected application/json');
    case 429:
      return refuse('busy');
    default:
      return refuse('malformed');
  }
};

/** @param onDefect told what nobody has foreseen: whoever called hears `unavailable`, and nothing else */
export const errorHandler =
  (onDefect: (error: unknown) => void) =>
  (error: FastifyError, _: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { statusCode = 500 } = error;
    if (statusCode >= 400 && statusCode < 500) return sendRefusal(reply, ofStatus(statusCode), statusCode);
    onDefect(error);
    return sendRefusal(reply, refuse('unavailable'));
  };
