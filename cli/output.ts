/** What a verb says when it is done: with `--json` the one document, else lines for people. */
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { AdminCommand } from '../events/command.ts';
import type { Instant } from '../events/vocabulary.ts';
import type { Done } from '../protocol/operations.ts';
import { withAdmin } from './connect.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import type { Failure } from './failure.ts';
import { printJson, printLines, say } from './terminal.ts';
import { textTable } from './text-table.ts';

/** The same everywhere: UTC, to the second. An empty text for what has not happened. */
export const timeText = (at: Instant | null): string => (at === null ? '' : `${new Date(at).toISOString().slice(0, 19)}Z`);

type To = { readonly options: Options; readonly io: Io };

/** Prints the result. */
export const tell =
  ({ options, io }: To, lines: ReadonlyArray<string>, document: unknown): (() => Promise<ExitCode>) =>
  async () => {
    await (options.flags.has('json') ? printJson(io, document) : printLines(io, lines));
    return EXIT.ok;
  };

type Listing<A> = {
  readonly headings: ReadonlyArray<string>;
  /** The rows of one item: a service may have several credentials. */
  readonly rows: (item: A) => ReadonlyArray<ReadonlyArray<string>>;
  /** Said on stderr in place of a table without rows. */
  readonly none: string;
};

/** Prints a table, or with `--json` the document, whose `items` are in the table unless others are given. */
export const tellList =
  <A>(to: To, { headings, rows, none }: Listing<A>, document: { readonly items: ReadonlyArray<A> }): (() => Promise<ExitCode>) =>
  async () => {
    const cells = document.items.flatMap(rows);
    if (cells.length === 0 && !to.options.flags.has('json')) {
      await say(to.io, none);
      return EXIT.ok;
    }
    return tell(to, textTable(headings, cells), document)();
  };

/** What a command was about, for `--json`, and the sentence that says what became of it. */
export type About = { readonly about: Readonly<Record<string, unknown>>; readonly sentence: (done: Done) => string };

/** Prints what became of a command; what the service adds to that goes to stderr. */
export const tellDone =
  (to: To, { about, sentence }: About) =>
  (done: Done): (() => Promise<ExitCode>) =>
  async () => {
    if (done.note !== null) await say(to.io, `note: ${done.note}`);
    return tell(to, [sentence(done)], { ...about, ...done })();
  };

/** A sentence that says so where nothing had to be changed. */
export const sentence =
  (changed: string) =>
  (done: Done): string =>
    done.changed ? changed : `unchanged: ${changed}`;

/** Carries out one command as the admin, and tells what became of it. */
export const carryOut = (to: To, command: AdminCommand, about: About): TaskEither<Failure, ExitCode> =>
  withAdmin(to.options, to.io, (admin) => TE.chainTaskK(tellDone(to, about))(admin.command(command)));
