#!/usr/bin/env node
/** The program `jetlock`. Loads nothing but the table and the parser until it knows which verb is meant. */
import { EXIT } from './exit-codes.ts';
import { processIo } from './io.ts';
import { defect, runProgram } from './program.ts';
import { report } from './terminal.ts';

const argv = process.argv.slice(2);
const io = processIo();

const unexpected = (error: unknown): void => {
  void report(io, defect(error), argv.includes('--json')).finally(() => process.exit(EXIT.defect));
};
process.on('uncaughtException', unexpected);
// Without this a reader that goes away, such as `head`, would look like a defect; the write itself fails and is dealt with.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

// By now everything is written: a handle that a verb forgot must not keep the process.
process.exit(await runProgram(argv, io));
