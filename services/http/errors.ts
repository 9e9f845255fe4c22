/** Every refusal in one shape, with nothing of the inside in it. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { statusOf, type HttpError } from '../../protocol/http/status.ts';
import { toWire } from '../../protocol/refusal.ts';
import { JSON_TYPE } from './call.ts';

const errorOf = (refusal: Refusal): HttpError => ({ error: toWire(refusal) });

/** Seconds: every allowance has something again by then. */
const AFTER = '1';

/** To whoever is told that it is busy: when to ask again. */
export const sayWhen = (reply: FastifyReply): void => void reply.header('retry-after', AFTER);

export const sendRefusal = (reply: FastifyReply, refusal: Refusal, status: number = statusOf(refusal.code)): FastifyReply => {
  if (refusal.code === 'busy') sayWhen(reply);
  return reply.code(status).type(JSON_TYPE).send(JSON.stringify(errorOf(refusal)));
};

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
  (error: Pick<FastifyError, 'statusCode'>, _: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { statusCode = 500 } = error;
    if (statusCode >= 400 && statusCode < 500) return sendRefusal(reply, ofStatus(statusCode), statusCode);
    onDefect(error);
    return sendRefusal(reply, refuse('unavailable'));
  };

const statusOfBroken = (code: string | undefined): number => {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
};

/** What is no HTTP, or takes too long to become a request: answered on the bare connection, which ends with it. */
export const answerBroken = (error: { readonly code?: string }, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const status = statusOfBroken(error.code);
  const body = JSON.stringify(errorOf(refuse('malformed')));
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, `content-type: ${JSON_TYPE}`, `content-length: ${body.length}`, 'connection: close'];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};
