/** Whether nobody on the way can read a call. What a proxy says of itself in headers is not believed: anyone can write them. */
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../protocol/loopback.ts';

export const isPrivate = ({ raw: { socket } }: Pick<FastifyRequest, 'raw'>): boolean =>
  'encrypted' in socket || isLoopback(socket.remoteAddress ?? '');
