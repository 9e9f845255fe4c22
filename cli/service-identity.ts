/**
 * Where the identities of requesting programs are kept on this machine: the file that `--identity` names; else beside a running
 * `jetlock dev` in its `.jetlock/services`, and nowhere else, so that no token of another service is told to it; else in the
 * user's own configuration folder.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { newKeyIdentity, newTokenIdentity, readServiceIdentity, writeServiceIdentity, type ServiceIdentity } from '../client/credential.ts';
import { ServiceName } from '../events/vocabulary.ts';
import { serviceName } from './arguments.ts';
import { failureOfFile } from './client-failure.ts';
import { readDevFile, type FoundDev } from './dev-file.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { fail, type Failure } from './failure.ts';

/** An identity and the file that it is in. */
export type Kept = { readonly file: string; readonly identity: ServiceIdentity };

type Found<A> = E.Either<Failure, A>;

const NONE = fail(EXIT.configuration, 'no service has an identity here', 'make one with jetlock register SERVICE, or name it: --as SERVICE or --identity FILE');

const ownFolder = ({ environment }: Io): Found<string> => {
  const home = environment['HOME'];
  const configuration = environment['XDG_CONFIG_HOME'] ?? (home === undefined ? undefined : join(home, '.config'));
  return configuration === undefined
    ? E.left(fail(EXIT.configuration, 'there is no home folder to keep identities in', 'name a file with --identity'))
    : E.right(join(configuration, 'jetlock', 'services'));
};

/** The folder beside a running `jetlock dev`; none if there is none, a failure if it is somebody else's. */
const devFolder = ({ directory }: Io): Found<string | undefined> => E.map((dev: FoundDev | undefined) => dev && join(dev.folder, 'services'))(readDevFile(directory));

const fileFor = (service: ServiceName, options: Options, io: Io): Found<string> => {
  const named = options.text['identity'];
  if (named !== undefined) return E.right(resolve(io.directory, named));
  return pipe(
    devFolder(io),
    E.chain((beside) => (beside === undefined ? ownFolder(io) : E.right(beside))),
    E.map((folder) => join(folder, `${service}.json`)),
  );
};

const read = (file: string): Found<Kept> => E.bimap(failureOfFile, (identity: ServiceIdentity) => ({ file, identity }))(readServiceIdentity(file));

const readOf = (service: ServiceName, file: string): Found<Kept> =>
  E.filterOrElse(
    ({ identity }: Kept) => identity.service === service,
    () => fail(EXIT.configuration, `${file} is the identity of another service`, 'name another file with --identity'),
  )(read(file));

const make = (file: string, service: ServiceName, kind: ServiceIdentity['kind']): Found<Kept> => {
  const identity = kind === 'key' ? newKeyIdentity(service) : newTokenIdentity(service);
  return E.bimap(failureOfFile, () => ({ file, identity }))(writeServiceIdentity(file, identity));
};

const readOrMake = (file: string, service: ServiceName, kind: ServiceIdentity['kind']): Found<Kept> => {
  if (!existsSync(file)) return make(file, service, kind);
  return E.filterOrElse(
    // Who asks for a key must not be given a token. A key that is there is used whether or not it is asked for again.
    ({ identity }: Kept) => kind === 'token' || identity.kind === 'key',
    () => fail(EXIT.configuration, `there is a token in ${file} already`, 'leave --key out, or name another file with --identity'),
  )(readOf(service, file));
};

/** The identity of a service in its file; made there, with mode 0600, if there is none yet. */
export const identityToRegister = (service: ServiceName, kind: ServiceIdentity['kind'], options: Options, io: Io): Found<Kept> =>
  E.chain((file: string) => readOrMake(file, service, kind))(fileFor(service, options, io));

const servicesIn = (folder: string): ReadonlyArray<ServiceName> =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.slice(0, -'.json'.length))
        .filter(ServiceName.is)
        .sort()
    : [];

const only = ([first, ...others]: ReadonlyArray<ServiceName>): Found<ServiceName> => {
  if (first === undefined) return E.left(NONE);
  if (others.length === 0) return E.right(first);
  return E.left(fail(EXIT.usage, `several services have an identity here: ${[first, ...others].join(', ')}`, 'name one with --as SERVICE'));
};

const onlyBesideDev = (options: Options, io: Io): Found<Kept> =>
  pipe(
    devFolder(io),
    E.chain((beside) => only(beside === undefined ? [] : servicesIn(beside))),
    E.chain((service) => ofService(service, options, io)),
  );

const ofService = (service: ServiceName, options: Options, io: Io): Found<Kept> =>
  E.chain((file: string) => (existsSync(file) ? readOf(service, file) : E.left(NONE)))(fileFor(service, options, io));

/** The identity to ask with: of the service that `--as` names, in the file that `--identity` names, else the only one beside `jetlock dev`. */
export const identityToAsk = (options: Options, io: Io): Found<Kept> => {
  const [as, file] = [options.text['as'], options.text['identity']];
  if (as !== undefined) return E.chain((service: ServiceName) => ofService(service, options, io))(serviceName(as));
  return file === undefined ? onlyBesideDev(options, io) : read(resolve(io.directory, file));
};
