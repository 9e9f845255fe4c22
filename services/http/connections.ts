/** How many connections there are, and how many of them one address may have. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback } from '../../protocol/loopback.ts';
import { networkOf } from './address.ts';

const CONNECTIONS_MAX = 4_096;
export const CONNECTIONS_OF_ONE = 256;
/** All behind a proxy on this machine have one address. */
const CONNECTIONS_OF_LOOPBACK = 3_072;

/** Those that are too many are closed before a byte of them is read. */
export const limitConnections = (server: Pick<Server, 'on'> & { maxConnections: number }): void => {
  const open = new Map<string, number>();
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket: Socket) => {
    const name = networkOf(socket.remoteAddress ?? '');
    const count = (open.get(name) ?? 0) + 1;
    if (count > (isLoopback(name) ? CONNECTIONS_OF_LOOPBACK : CONNECTIONS_OF_ONE)) return void socket.destroy();
    open.set(name, count);
    socket.once('close', () => {
      const left = (open.get(name) ?? 1) - 1;
      if (left === 0) open.delete(name);
      else open.set(name, left);
    });
  });
};
