/**
 * Reading a connection a piece at a time. What comes by one socket is read for as long as there is more of it, up to 2 MB, before any
 * other is looked at: thousands of requests, and meanwhile nothing of the log, and nobody else.
 */
import type { Socket } from 'node:net';
import type { NatsConnection } from 'nats';
import { monotonic } from '../request/rate-limit.ts';

/** However long a turn took, for whatever reason. */
const REST_MS_MAX = 50;

/** Of the library's own; it is another one after each reconnect. */
const socketOf = (nc: NatsConnection): Socket | undefined =>
  (nc as { readonly protocol?: { readonly transport?: { readonly socket?: Socket } } }).protocol?.transport?.socket;

/**
 * @param turnedAway how many were so far: where most are, it is read half of the time at most, or everybody else would wait for a piece of a flood at each step
 * @returns to be called for each message: after so many of them everything else that happened has its turn. What was read already still comes, up to 64 KB twice.
 */
export const readInTurns = (nc: NatsConnection, perTurn: number, turnedAway: () => number): (() => void) => {
  let left = perTurn;
  let before = turnedAway();
  const isFlood = (): boolean => {
    const more = turnedAway() - before;
    before += more;
    return more > perTurn / 2;
  };
  return () => {
    left -= 1;
    if (left !== 0) return;
    const [socket, since] = [socketOf(nc), monotonic()];
    const goOn = (): void => {
      left = perTurn;
      socket?.resume();
    };
    socket?.pause();
    setImmediate(() => (isFlood() ? void setTimeout(goOn, Math.min(monotonic() - since, REST_MS_MAX)) : goOn()));
  };
};
