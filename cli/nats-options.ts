/** The options of a command as the NATS connection takes them. */
import { join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { NatsOptions } from '../client/nats/connect.ts';
import type { NatsSettings } from '../client/nats/context.ts';
import { readDevFile, type DevFile, type FoundDev } from './dev-file.ts';
import { NOWHERE } from './environment.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import type { Failure } from './failure.ts';

const FILES = ['creds', 'nkey', 'tlscert', 'tlskey', 'tlsca'] as const;

/** What was given; paths begin where the command was typed. */
const settingsOf = ({ text }: Options, { directory }: Io): NatsSettings => ({
  ...(text['nats'] === undefined ? {} : { servers: text['nats'] }),
  ...(text['inbox-prefix'] === undefined ? {} : { inboxPrefix: text['inbox-prefix'] }),
  ...Object.fromEntries(FILES.flatMap((name) => (text[name] === undefined ? [] : [[name, resolve(directory, text[name])]]))),
});

/** Where alone the user that `jetlock dev` made may get its replies. */
export const DEV_INBOXES: { readonly [user in keyof DevFile['natsIdentities']]: string } = { client: '_INBOX', auditor: '_INBOX_AUDITOR', provisioner: '_INBOX_PROVISIONER' };

type Read = E.Either<Failure, FoundDev | undefined>;

/** The `jetlock dev` whose NATS is meant, and not another that was named. */
const meant = (read: Read, { text }: Options): FoundDev | undefined =>
  E.isLeft(read) || read.right?.natsUrl !== text['nats'] || text['context'] !== undefined ? undefined : read.right;

export const devOf = (options: Options, { directory }: Io): FoundDev | undefined => meant(readDevFile(directory), options);

/** The nkey that `jetlock dev` made is for its own NATS only. */
const devUser = (dev: FoundDev | undefined, { text }: Options, user: keyof DevFile['natsIdentities']): NatsSettings =>
  dev === undefined || text['creds'] !== undefined || text['nkey'] !== undefined ? {} : { nkey: dev.natsIdentities[user], inboxPrefix: DEV_INBOXES[user] };

/** Where programs keep their configuration; the `nats` command line has its contexts there. */
const configHome = ({ environment }: Io): string => environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? '/', '.config');

const whereOf = ({ text }: Options, settings: NatsSettings, io: Io): E.Either<Failure, NatsOptions> => {
  const { context } = text;
  if (context !== undefined) return E.right({ ...settings, context, configHome: configHome(io) });
  const { servers } = settings;
  return servers === undefined
    ? E.left(NOWHERE)
    : E.right({ ...settings, servers });
};

/**
 * How this command reaches NATS: what was given, and beside a running `jetlock dev` the NATS user that it made for that purpose.
 * @param user `client` for those who ask the service, `auditor` for those who read its stream, `provisioner` for those who copy all of it
 */
export const natsOptions = (options: Options, io: Io, user: keyof DevFile['natsIdentities']): E.Either<Failure, NatsOptions> => {
  const { nats, context } = options.text;
  const dev = readDevFile(io.directory);
  // Whoever says where NATS is needs no dev.json, and is not kept by one that cannot be read.
  if (E.isLeft(dev) && nats === undefined && context === undefined) return dev;
  return whereOf(options, { ...settingsOf(options, io), ...devUser(meant(dev, options), options, user) }, io);
};
