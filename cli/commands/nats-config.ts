/** `jetlock nats-config` */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ServiceName } from '../../events/vocabulary.ts';
import type { NatsUser } from '../../services/nats/permissions.ts';
import { serviceName } from '../arguments.ts';
import { failureOfFile } from '../client-failure.ts';
import { SUBJECTS } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import type { Failure } from '../failure.ts';
import { printJson, printLines, say } from '../terminal.ts';
import type { Run } from '../verb.ts';

const ROLES = ['service', 'provisioner', 'admin', 'auditor'] as const;

/** A user of NATS; its name is also that of the file with its seed. */
type Named = { readonly name: string; readonly as: (nkey: string) => NatsUser };
type Keyed = { readonly name: string; readonly user: NatsUser; readonly seedFile: string | null };

const requester = (name: ServiceName): Named => ({ name: `requester-${name}`, as: (nkey) => ({ role: 'requester', name, nkey }) });

const namedUsers = ({ text }: Options): E.Either<Failure, ReadonlyArray<Named>> =>
  pipe(
    (text['service'] ?? '').split(',').filter((name) => name !== ''),
    E.traverseArray(serviceName),
    E.map((names) => [...ROLES.map((role): Named => ({ name: role, as: (nkey) => ({ role, nkey }) })), ...[...new Set(names)].map(requester)]),
  );

/** nats-server does not start with these, so none can be forgotten. */
const withPlaceholder = ({ name, as }: Named): Keyed => ({ name, user: as(`PUBLIC-NKEY-OF-${name}`), seedFile: null });

const withKeys = async (named: ReadonlyArray<Named>, out: string | undefined): Promise<E.Either<Failure, ReadonlyArray<Keyed>>> => {
  if (out === undefined) return E.right(named.map(withPlaceholder));
  const { identitiesIn } = await import('../../services/nats/identities.ts');
  return pipe(
    identitiesIn(out, named.map(({ name }) => name)),
    E.bimap(failureOfFile, (identities) =>
      named.flatMap(({ name, as }) => {
        const identity = identities[name];
        return identity === undefined ? [] : [{ name, user: as(identity.publicKey), seedFile: identity.seedFile }];
      }),
    ),
  );
};

const next = (out: string | undefined): string =>
  out === undefined
    ? 'next: put the public nkey of each user in its place; or make them with --out FOLDER'
    : `next: give each of them its own seed from ${out}; nats-server needs none`;

const print = async (users: ReadonlyArray<Keyed>, { flags }: Options, io: Io): Promise<void> => {
  const { inboxPrefixOf, natsConfig } = await import('../../services/nats/permissions.ts');
  const config = natsConfig({ subjects: SUBJECTS, users: users.map(({ user }) => user) });
  const document = { config, users: users.map(({ name, user, seedFile }) => ({ name, nkey: user.nkey, seedFile, inboxPrefix: inboxPrefixOf(user) })) };
  await (flags.has('json') ? printJson(io, document) : printLines(io, [config.trimEnd()]));
};

export const run: Run = (_args, options, io) => async () => {
  const out = options.text['out'] === undefined ? undefined : resolve(io.directory, options.text['out']);
  const named = namedUsers(options);
  const users = E.isLeft(named) ? named : await withKeys(named.right, out);
  if (E.isLeft(users)) return users;
  await print(users.right, options, io);
  await say(io, next(out));
  return E.right(EXIT.ok);
};
