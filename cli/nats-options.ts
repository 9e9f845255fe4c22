/** The options of a command as the NATS connection takes them. */
import { resolve } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { readDevFile, type DevFile } from './dev-file.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import type { Failure } from './terminal.ts';

/** By the names of the options; paths are whole, the rest is as it was given. */
export type NatsChoice = { readonly [name in 'context' | 'nats' | 'creds' | 'nkey' | 'tlscert' | 'tlskey' | 'tlsca']?: string };

const FILES = ['creds', 'nkey', 'tlscert', 'tlskey', 'tlsca'] as const;

const given = ({ text }: Options, { directory }: Io): NatsChoice =>
  Object.fromEntries([
    ...(['context', 'nats'] as const).map((name) => [name, text[name]] as const),
    ...FILES.map((name) => [name, text[name] === undefined ? undefined : resolve(directory, text[name])] as const),
  ].filter(([, value]) => value !== undefined));

const namesUser = ({ context, creds, nkey }: NatsChoice): boolean => [context, creds, nkey].some((name) => name !== undefined);

/** The nkey that `jetlock dev` made is for its own NATS only, not for another that was named. */
const asDevUser = (nats: NatsChoice, dev: DevFile | undefined, user: keyof DevFile['natsIdentities']): NatsChoice =>
  dev !== undefined && dev.natsUrl === nats.nats && !namesUser(nats) ? { ...nats, nkey: dev.natsIdentities[user] } : nats;

/**
 * How this command reaches NATS: what was given, and beside a running `jetlock dev` the NATS user that it made for that purpose.
 * @param user `client` for those who ask the service, `auditor` for those who read its stream
 */
export const natsOptions = (options: Options, io: Io, user: keyof DevFile['natsIdentities']): TaskEither<Failure, NatsChoice> =>
  pipe(
    readDevFile(io.directory),
    TE.map((dev) => asDevUser(given(options, io), dev, user)),
  );
