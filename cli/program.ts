/** From the words typed to an exit code: parse, resolve options, load the verb, run it, tell what failed. */
import type { Command } from 'commander';
import { resolveOptions, type Typed } from './environment.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Row } from './table.ts';
import { fail, type Failure } from './failure.ts';
import { report } from './terminal.ts';
import { commandTree } from './tree.ts';
import { Stopped, stop } from './usage.ts';
import type { Run } from './verb.ts';
import { VERBS } from './verbs.ts';

/**
 * Where an unexpected error arose, without its message, which may hold a value: JSON.parse for one quotes what it was given.
 */
const placeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'something that is no error was thrown';
  const frames = (error.stack ?? '').replace(error.message, '');
  return `${error.name} at ${/^\s+at (?:.*\()?(?:file:\/\/)?.*?([^/\\()]+:\d+:\d+)\)?$/m.exec(frames)?.[1] ?? 'an unknown place'}`;
};

/** What to say of an error that nobody expected. */
export const defect = (error: unknown): Failure =>
  fail(EXIT.defect, `unexpected ${placeOf(error)}`, 'this is a defect of jetlock: please report it with this line');

const isBrokenPipe = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE';

const verbOf = async (row: Row): Promise<Run> => {
  const load = VERBS[row.name];
  if (load === undefined) throw new Error('a row of the table without a verb');
  return (await load()).run;
};

const runRow = async (row: Row, args: ReadonlyArray<string>, typed: Typed, io: Io): Promise<number> => {
  const options = await resolveOptions(row.options, typed, io);
  const outcome = options._tag === 'Left' ? options : await (await verbOf(row))(args, options.right, io)();
  if (outcome._tag === 'Right') return outcome.right;
  const json = options._tag === 'Left' ? typed['json'] === true : options.right.flags.has('json');
  await report(io, outcome.left, json);
  return outcome.left.exit;
};

const parse = async (argv: ReadonlyArray<string>, io: Io): Promise<number> => {
  let code: number = EXIT.ok;
  const act = async (row: Row, args: ReadonlyArray<string>, typed: Typed): Promise<void> => {
    code = await runRow(row, args, typed, io);
  };
  const program: Command = commandTree(act, stop, {
    out: (text) => void io.stdout.write(text),
    err: (text) => void io.stderr.write(text),
  });
  await program.parseAsync(argv, { from: 'user' });
  return code;
};

/** Runs one command and returns its exit code; everything it prints goes to `io`. Never throws. */
export const runProgram = async (argv: ReadonlyArray<string>, io: Io): Promise<number> => {
  try {
    return await parse(argv, io);
  } catch (error) {
    if (isBrokenPipe(error)) return EXIT.brokenPipe;
    const failure = error instanceof Stopped ? error.failure : defect(error);
    if (failure === undefined) return EXIT.ok;
    await report(io, failure, argv.includes('--json'));
    return failure.exit;
  }
};
