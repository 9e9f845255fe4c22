/** What every file in `commands/` exports as `run`. */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import type { Failure } from './failure.ts';

/**
 * One verb.
 * @param args what was typed after the verb, in order; an optional argument that is missing is not there
 * @returns how to exit; a failure is not printed by the verb itself
 */
export type Run = (args: ReadonlyArray<string>, options: Options, io: Io) => TaskEither<Failure, ExitCode>;
