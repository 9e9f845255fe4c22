/** Bodies while they arrive and until they are answered: how much of memory whoever sends them may hold. */
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../protocol/loopback.ts';

const MIB = 1024 * 1024;
/** Of all who are not known together, and as much again of those who are. */
export const HELD_BYTES_MAX = 32 * MIB;
/** Of one name. All behind a proxy on this machine have one address, so it has no such limit. */
export const HELD_BYTES_OF_ONE = 8 * MIB;

/** What one call holds. */
export type Hold = {
  /** @returns whether there is room for so many bytes more; they are held in any case */
  readonly take: (bytes: number) => boolean;
  readonly release: () => void;
};

export type Intake = { readonly hold: (name: string) => Hold };

export const makeIntake = (): Intake => {
  const held = new Map<string, number>();
  let all = 0;
  const add = (name: string, bytes: number): void => {
    const left = (held.get(name) ?? 0) + bytes;
    all += bytes;
    if (left === 0) held.delete(name);
    else held.set(name, left);
  };
  const isRoom = (name: string): boolean => all <= HELD_BYTES_MAX && (isLoopback(name) || (held.get(name) ?? 0) <= HELD_BYTES_OF_ONE);
  return {
    hold: (name) => {
      let own = 0;
      return {
        take: (bytes) => {
          own += bytes;
          add(name, bytes);
          return isRoom(name);
        },
        release: () => {
          if (own !== 0) add(name, -own);
          own = 0;
        },
      };
    },
  };
};

/** For fastify, which takes of an error its status alone. */
class NotTaken extends Error {
  readonly statusCode: number;
  constructor(statusCode: number) {
    super('the body was not taken');
    this.statusCode = statusCode;
  }
}
const TOO_LARGE = 413;
const BUSY = 429;

/** A body, of which nothing more is kept once it is too large or there is no room for it. @param done told once */
export const collect = (payload: IncomingMessage, bytesMax: number, hold: Hold, done: (error: Error | null, body?: Buffer) => void): void => {
  const parts: Buffer[] = [];
  let length = 0;
  const end = (error: Error | null): void => {
    payload.off('data', onData).off('end', onEnd).off('error', onError);
    done(error, error === null ? (parts.length === 1 ? parts[0] : Buffer.concat(parts, length)) : undefined);
  };
  const refuse = (status: number): void => {
    end(new NotTaken(status));
    payload.resume();
  };
  const onData = (part: Buffer): void => {
    length += part.length;
    if (length > bytesMax) return refuse(TOO_LARGE);
    if (!hold.take(part.length)) return refuse(BUSY);
    parts.push(part);
  };
  const onEnd = (): void => end(null);
  const onError = (): void => end(new NotTaken(400));
  if (Number(payload.headers['content-length'] ?? 0) > bytesMax) return refuse(TOO_LARGE);
  payload.on('data', onData).on('end', onEnd).on('error', onError);
};
