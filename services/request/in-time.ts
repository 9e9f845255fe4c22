/** Whether something was made about now, by the clock of whoever made it. */
import type { Instant } from '../../events/vocabulary.ts';
import { REQUEST_CLOCK_MS } from '../../protocol/wire.ts';

export const isInTime = (time: Instant, now = Date.now()): boolean => Math.abs(time - now) <= REQUEST_CLOCK_MS;
