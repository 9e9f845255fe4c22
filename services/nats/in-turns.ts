/**
 * Reading a connection a piece at a time. What comes by one socket is read for as long as there is more of it, up to 2 MB, before any
 * other is looked at: thousands of requests, and meanwhile nothing of the log, and nobody else.
 */
import type { Socket } from 'node:net';
import type { NatsConnection } from 'nats';

/** Of the library's own; it is another one after each reconnect. */
const socketOf = (nc: NatsConnection): Socket | undefined =>
  (nc as { readonly protocol?: { readonly transport?: { readonly socket?: Socket } } }).protocol?.transport?.socket;

/** @returns to be called for each message: after so many of them everything else that happened has its turn. What was read already still comes, up to 64 KB twice. */
export const readInTurns = (nc: NatsConnection, perTurn: number): (() => void) => {
  let left = perTurn;
  return () => {
    left -= 1;
    if (left !== 0) return;
    const socket = socketOf(nc);
    socket?.pause();
    setImmediate(() => {
      left = perTurn;
      socket?.resume();
    });
  };
};
