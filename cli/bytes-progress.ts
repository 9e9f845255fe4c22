/** A bar for bytes, whose number is known only when the first have come. */
import type { Io } from './io.ts';
import { progress, type Progress } from './progress.ts';

const MEGABYTE = 1_000_000;

export const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);

export type BytesProgress = { readonly at: (done: number, total: number) => void; readonly end: () => void };

export const bytesProgress = (io: Io, label: string): BytesProgress => {
  let bar: Progress | undefined;
  let shown = -1;
  return {
    at: (done, total) => {
      bar ??= progress(io, `${label} (MB)`, Math.max(1, Math.round(total / MEGABYTE)));
      const now = Math.round(done / MEGABYTE);
      if (now !== shown) bar.at(now);
      shown = now;
    },
    end: () => bar?.end(),
  };
};
