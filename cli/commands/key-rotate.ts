/** `jetlock key rotate` */
import { carryOut, sentence } from '../output.ts';
import type { Run } from '../verb.ts';

export const run: Run = (_args, options, io) =>
  carryOut({ options, io }, { operation: 'key.rotate' }, { about: {}, sentence: sentence('the keys are replaced') });
