/** What a command sees of the world outside: handed in, so that a test can run a command in its own process. */
import type { Readable, Writable } from 'node:stream';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Transport } from '../client/transport.ts';
import { processEnvironment, type Environment } from './environment.ts';
import type { Failure } from './failure.ts';

/** `isTTY` and `setRawMode` are there when a terminal is at the other end, as Node has them. */
export type Input = Readable & { readonly isTTY?: boolean; readonly setRawMode?: (raw: boolean) => unknown };
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export type Io = {
  readonly stdin: Input;
  /** Takes the result and nothing else. */
  readonly stdout: Output;
  /** Takes everything that is said to a person. */
  readonly stderr: Output;
  readonly environment: Environment;
  /** Where relative paths begin, and where a running `jetlock dev` is looked for. */
  readonly directory: string;
  /** How the service is reached, where that is not NATS. */
  readonly reach?: TaskEither<Failure, Transport>;
};

export const processIo = (): Io => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: processEnvironment(),
  directory: process.cwd(),
});
