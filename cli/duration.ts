/** Lengths of time as people write them. */
import * as E from 'fp-ts/lib/Either.js';
import { Milliseconds } from '../events/vocabulary.ts';
import type { Checked } from './arguments.ts';
import { EXIT } from './exit-codes.ts';
import { fail } from './failure.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `1h`, `7d` in milliseconds: one whole number from 1 and one unit. */
export const duration: Checked<Milliseconds> = (typed) => {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(typed ?? '') ?? [];
  const ms = Number(count) * (UNITS[unit ?? ''] ?? 0);
  return Milliseconds.is(ms) ? E.right(ms) : E.left(fail(EXIT.badInput, 'that is not a length of time', 'a whole number and s, m, h or d, such as 90s, 15m, 1h, 7d'));
};

/** The same the other way round, in the largest unit that says it whole; what is not whole in seconds is in milliseconds. */
export const durationText = (ms: number): string => {
  const unit = Object.entries(UNITS).findLast(([, length]) => ms % length === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
};
