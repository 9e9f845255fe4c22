/** Whether nobody on the way can read a call. What a proxy says of itself in headers is not believed: anyone can write them. */
import { BlockList, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
// The same when the listener takes both kinds.
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/** An address, or the one name that has no other. */
export const isLoopback = (address: string): boolean => address === 'localhost' || loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

export const isPrivate = ({ raw: { socket } }: Pick<FastifyRequest, 'raw'>): boolean =>
  'encrypted' in socket || isLoopback(socket.remoteAddress ?? '');
