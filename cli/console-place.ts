/**
 * Where the console is opened: as the service itself says over NATS, sealed by the key that is pinned. Whoever else listens on that
 * port while the service does not, or at an address that it has nothing to do with, could sign a browser of theirs in.
 */
import { hostname } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ListenerView } from '../protocol/pages.ts';
import { withAdmin } from './connect.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { isOfThisMachine, listenerUrl } from './listener-url.ts';
import type { Options } from './options.ts';
import { confirm } from './prompt.ts';
import { fail, type Failure } from './failure.ts';

/** An origin that was given to it, or its own listener: on this machine alone, where that is no address that others have as well. */
const isNamed = ({ machine, url, origins }: ListenerView, chosen: string): boolean =>
  origins.includes(chosen) || (chosen === url && (machine === hostname() || !isOfThisMachine(url)));

/** A listener for all addresses has none by which it can be opened. */
const ANY_ADDRESS = /^https?:\/\/(?:0\.0\.0\.0|\[::\])(?::|$)/;

const chosenOf = (typed: string | undefined, { url, origins }: ListenerView): E.Either<Failure, string> => {
  const chosen = typed ?? origins[0] ?? url;
  return ANY_ADDRESS.test(chosen)
    ? E.left(fail(EXIT.configuration, `the service listens on every address of its machine (${chosen}) and names none`, 'start jetlock serve with --http-origin URL, or say --url URL'))
    : listenerUrl(chosen);
};

const asked = ({ flags }: Options, io: Io, chosen: string, listener: ListenerView): TaskEither<Failure, void> => {
  if (isNamed(listener, chosen)) return TE.right(undefined);
  const why = `the service does not name ${chosen} as its own: it listens at ${[listener.url, ...listener.origins].join(', ')} on ${listener.machine}`;
  // A script has not looked who listens there: here nobody to ask means no.
  if (!flags.has('yes') && io.stdin.isTTY !== true) return TE.left(fail(EXIT.refused, why, `start jetlock serve with --http-origin ${chosen}; or, if you know who answers there, say --yes`));
  return confirm(io, `${why}. Whoever answers at ${chosen} can sign in a browser of theirs as you. Open it all the same?`, flags.has('yes'));
};

/** The origin to open; a person has agreed where the service does not name it. */
export const consolePlace = (options: Options, io: Io): TaskEither<Failure, string> =>
  pipe(
    withAdmin(options, io, (admin) => admin.query('health.show', {})),
    TE.chainEitherK(({ http }) => E.fromNullable(fail(EXIT.unavailable, 'the service does not listen for HTTP yet', 'try again in a moment'))(http)),
    TE.bindTo('listener'),
    TE.bind('chosen', ({ listener }) => TE.fromEither(chosenOf(options.text['url'], listener))),
    TE.chainFirst(({ listener, chosen }) => asked(options, io, chosen, listener)),
    TE.map(({ chosen }) => chosen),
  );
