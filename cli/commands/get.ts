/** `jetlock get PATH...` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Ask } from '../../client/service.ts';
import { note, orNone, secretPath } from '../arguments.ts';
import { withRequester, type Values } from '../connect-service.ts';
import { duration } from '../duration.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { identityToAsk } from '../service-identity.ts';
import { fail, type Failure } from '../failure.ts';
import { printJson, printValue, say } from '../terminal.ts';
import { valueFields } from '../value-fields.ts';
import type { Run } from '../verb.ts';
import { barePath } from '../../protocol/operations.ts';

type Wanted = { readonly asks: ReadonlyArray<Ask>; readonly waitMs: number };

const SEVERAL = fail(EXIT.usage, 'several values cannot be told apart on stdout', 'add --json, or ask for one path at a time');

const wanted = (args: ReadonlyArray<string>, { text, flags }: Options): E.Either<Failure, Wanted> =>
  pipe(
    args.length > 1 && !flags.has('json') ? E.left(SEVERAL) : E.right(args),
    E.chain(E.traverseArray(secretPath)),
    E.bindTo('paths'),
    E.bind('description', () => orNone(note)(text['description'])),
    E.bind('wait', () => orNone(duration)(text['wait'])),
    E.map(({ paths, description, wait }) => ({ asks: RA.map((path: Ask['path']) => ({ ...barePath(path), description }))(paths), waitMs: wait ?? 0 })),
  );

/** In the order that was asked for, whatever the order of the answers. */
const document = (asks: ReadonlyArray<Ask>, values: Values) => ({
  secrets: asks.flatMap(({ path }) => {
    const found = values.get(path);
    return found === undefined ? [] : [{ path, version: found.version, ...valueFields(found.value.reveal()) }];
  }),
});

const print =
  (asks: ReadonlyArray<Ask>, { flags }: Options, io: Io) =>
  (values: Values): TaskEither<Failure, ExitCode> =>
  async () => {
    const [only] = values.values();
    const printed = flags.has('json') || only === undefined ? E.right(await printJson(io, document(asks, values))) : await printValue(io, only.value.reveal());
    return E.map(() => EXIT.ok)(printed);
  };

const TOLD_AFTER_MS = 1_000;

/** Who waits and hears nothing thinks that it hangs. */
const telling =
  ({ text }: Options, io: Io, waitMs: number) =>
  <A>(work: Task<A>): Task<A> =>
  async () => {
    const line = `nothing yet: waiting up to ${text['wait'] ?? ''} for the service, and for an admin to say yes`;
    const timer = waitMs > TOLD_AFTER_MS ? setTimeout(() => void say(io, line).catch(() => undefined), TOLD_AFTER_MS) : undefined;
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  };

export const run: Run = (args, options, io) =>
  pipe(
    TE.Do,
    TE.apS('wanted', TE.fromEither(wanted(args, options))),
    TE.bind('kept', () => TE.fromEither(identityToAsk(options, io))),
    TE.chain(({ wanted: { asks, waitMs }, kept }) =>
      withRequester(options, io, kept.identity, ({ get }) => pipe(get(asks, waitMs), telling(options, io, waitMs), TE.chainW(print(asks, options, io)))),
    ),
  );
