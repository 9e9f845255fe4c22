/** How access is told: what it is, and what limits it. */
import type { AccessView } from '../protocol/views.ts';
import { durationText } from './duration.ts';
import { timeText } from './output.ts';

export const accessText = ({ status, until, once, spent, offline }: AccessView): string =>
  status === 'granted'
    ? [
        spent ? 'granted once, spent' : once ? 'granted once' : 'granted',
        ...(until === null ? [] : [`until ${timeText(until)}`]),
        ...(offline === null ? [] : [`offline for ${durationText(offline)}`]),
      ].join(', ')
    : status;
