/** `jetlock namespace read`: everything that an access key opens. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Secret } from '../../client/bearer.ts';
import { unavailable } from '../../client/failure.ts';
import { httpGet } from '../../client/http.ts';
import { readNamespace, readNamespaceByHttp, type HttpGet, type NamespaceSecrets } from '../../client/namespace.ts';
import { accessKeyOf, sharedSecretOf } from '../access-key.ts';
import { SUBJECTS } from '../connect.ts';
import { withListener, withSession } from '../connect-service.ts';
import { dotenvLine } from '../dotenv-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { listenerUrl } from '../listener-url.ts';
import type { Options } from '../options.ts';
import { fail, type Failure } from '../failure.ts';
import { printJson, printValue, say } from '../terminal.ts';
import { valueFields } from '../value-fields.ts';
import type { Run } from '../verb.ts';

const document = (secrets: NamespaceSecrets) => ({ secrets: [...secrets].map(([key, { version, value }]) => ({ key, version, ...valueFields(value.reveal()) })) });

/** All of them or none: a file that lacks one would be missed when it is too late. */
const linesOf = (secrets: NamespaceSecrets): E.Either<Failure, string> => {
  const lines = [...secrets].map(([key, { value }]) => ({ key, line: dotenvLine(key, value.reveal()) }));
  const without = lines.filter(({ line }) => line === undefined).map(({ key }) => key);
  return without.length === 0
    ? E.right(lines.map(({ line }) => `${line}\n`).join(''))
    : E.left(fail(EXIT.badInput, `no line of a .env file says the value of ${without.join(', ')}`, 'add --json'));
};

const print =
  ({ flags }: Options, io: Io) =>
  (secrets: NamespaceSecrets): TaskEither<Failure, ExitCode> =>
  async () => {
    if (flags.has('json')) return E.right((await printJson(io, document(secrets)), EXIT.ok));
    if (secrets.size === 0) return E.right((await say(io, 'the namespace is empty'), EXIT.ok));
    const lines = linesOf(secrets);
    return E.isLeft(lines) ? lines : E.map(() => EXIT.ok)(await printValue(io, new TextEncoder().encode(lines.right), 'jetlock namespace read'));
  };

type Shown = { readonly accessKey: Secret; readonly sharedSecret: Secret | undefined };

const HINT = 'name the HTTP listener of jetlock serve with --http-url; for a certificate of your own set NODE_EXTRA_CA_CERTS';

const getFrom = (url: string): HttpGet => {
  const get = httpGet(url, fetch);
  const nobody = { ...unavailable(`no jetlock answers at ${url}`, 'maybe'), hint: HINT };
  return async (path, headers) => E.mapLeft(() => nobody)(await get(path, headers));
};

const overHttp = (url: string, shown: Shown, options: Options, io: Io): TaskEither<Failure, ExitCode> => {
  const get = getFrom(url);
  return withListener(options, io, get, (keys) => pipe(readNamespaceByHttp({ get, keys, subjects: SUBJECTS, ...shown }), TE.chainW(print(options, io))));
};

const overNats = (shown: Shown, options: Options, io: Io): TaskEither<Failure, ExitCode> =>
  withSession(options, io, (session) => pipe(readNamespace({ session, subjects: SUBJECTS, ...shown }), TE.chainW(print(options, io))));

/** Undefined for NATS. Looked at before anybody is asked for a key. */
const urlOf = ({ text: { 'http-url': url } }: Options): E.Either<Failure, string | undefined> => (url === undefined ? E.right(undefined) : listenerUrl(url, '--http-url'));

export const run: Run = (_args, options, io) =>
  pipe(
    TE.Do,
    TE.bind('url', () => TE.fromEither(urlOf(options))),
    TE.bind('accessKey', () => () => accessKeyOf(options, io)),
    TE.bind('sharedSecret', () => TE.fromEither(sharedSecretOf(io))),
    TE.chain(({ url, ...shown }) => (url === undefined ? overNats(shown, options, io) : overHttp(url, shown, options, io))),
  );
