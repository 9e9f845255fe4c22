/** `jetlock version` */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { EXIT } from '../exit-codes.ts';
import { printJson, printLines } from '../terminal.ts';
import type { Run } from '../verb.ts';
import { VERSION } from '../../protocol/version.ts';

export const run: Run = (_args, options, io) =>
  TE.fromTask(async () => {
    await (options.flags.has('json') ? printJson(io, { version: VERSION }) : printLines(io, [`jetlock ${VERSION}`]));
    return EXIT.ok;
  });
