/** Times for people: near ones as how long ago, all of them exactly on demand. */
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** `3 hours ago`, `in 2 days`; `just now` within a minute. Milliseconds since 1970 UTC. */
export const agoText = (at: number, now: number): string => {
  const passed = at - now;
  const [unit, length] = UNITS.find(([, ms]) => Math.abs(passed) >= ms) ?? [];
  return unit === undefined ? (passed > 0 ? 'in less than a minute' : 'just now') : relative.format(Math.trunc(passed / length), unit);
};

/** `2026-11-22 14:03:09 UTC`: the same for everybody who looks. */
export const timeText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `90 seconds`, `2 hours`, `30 days`, in the largest unit that says it whole. */
export const lengthText = (ms: number): string => {
  const [unit, length] = [...UNITS, ['second', SECOND] as const].find(([, of]) => ms >= of && ms % of === 0) ?? ['second', SECOND];
  const count = Math.round(ms / length);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
};

/** Milliseconds of `15m`, `8h`, `7d`, `90s`; undefined if it is no length of time. */
export const parseLength = (typed: string): number | undefined => {
  const [, count, unit] = /^\s*(\d{1,6})\s*([smhd])\s*$/.exec(typed) ?? [];
  const ms = Number(count) * ({ s: SECOND, m: MINUTE, h: HOUR, d: DAY }[unit ?? ''] ?? 0);
  return ms > 0 ? ms : undefined;
};
