/** What a command that fails says of it. */
import type { ExitCode } from './exit-codes.ts';

/**
 * Why a command stops: the exit code, what failed, and what to type next. `code` is the stable one of a refusal, for scripts;
 * `details` are lines of their own, such as every bad line of a file.
 */
export type Failure = {
  readonly exit: ExitCode;
  readonly code?: string;
  readonly message: string;
  readonly details?: ReadonlyArray<string>;
  readonly hint?: string;
};

export const fail = (exit: ExitCode, message: string, hint?: string): Failure => ({
  exit,
  message,
  ...(hint === undefined ? {} : { hint }),
});
