/** `jetlock completion [SHELL]` */
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { completionScript, SHELLS } from '../completion.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { fail } from '../failure.ts';
import { printJson, printLines } from '../terminal.ts';
import { commandTree } from '../tree.ts';
import { stop } from '../usage.ts';
import type { Run } from '../verb.ts';

const ownShell = (io: Io): string => {
  const shell = basename(io.environment['SHELL'] ?? '');
  return SHELLS.includes(shell) ? shell : 'bash';
};

const tree = () => commandTree(() => Promise.resolve(), stop, { out: () => undefined, err: () => undefined });

export const run: Run = (args, options, io) => async () => {
  const shell = args[0] ?? ownShell(io);
  const script = completionScript(shell, tree());
  if (script === undefined) return E.left(fail(EXIT.usage, 'no completion for that shell', `choose one of ${SHELLS.join(', ')}`));
  await (options.flags.has('json') ? printJson(io, { shell, script }) : printLines(io, [script.trimEnd()]));
  return E.right(EXIT.ok);
};
