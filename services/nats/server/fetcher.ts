import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

/**
 * Gets a nats-server from somewhere into an empty directory and answers with the executable's path, or with why it could not.
 * Leaves nothing outside the directory; says on one line what it is about to do.
 */
export type Fetcher = (into: string, say: (line: string) => void) => TaskEither<string, string>;
