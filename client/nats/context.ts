/** From what a person configured to the settings of a connection: options given here, and contexts of the `nats` command line. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';

/** How a connection is made; files are named, their content is read when connecting. */
export type NatsSettings = {
  /** `nats://host:port`, one or many; `tls://` demands TLS. A user may stand before the host: `nats://user:password@host`. */
  readonly servers?: string | ReadonlyArray<string>;
  /** First part of the subjects that replies come to, without a dot at its end. */
  readonly inboxPrefix?: string;
  /** A `.creds` file: a JWT and its seed. */
  readonly creds?: string;
  /** A file that holds an nkey seed. */
  readonly nkey?: string;
  readonly user?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  /** PEM files: the authority of the server's certificate, and the client's own certificate and key. */
  readonly tlsca?: string;
  readonly tlscert?: string;
  readonly tlskey?: string;
  /** TLS before anything else is said. */
  readonly tlsFirst?: boolean;
};

const AUTHENTICATION: ReadonlySet<string> = new Set(['creds', 'nkey', 'user', 'password', 'passwordFile', 'token', 'tokenFile']);

const StoredContext = t.partial(
  {
    url: t.string,
    user: t.string,
    password: t.string,
    token: t.string,
    creds: t.string,
    nkey: t.string,
    ca: t.string,
    cert: t.string,
    key: t.string,
    inbox_prefix: t.string,
    tls_first: t.boolean,
    nsc: t.string,
    user_jwt: t.string,
    socks_proxy: t.string,
    jetstream_domain: t.string,
    jetstream_api_prefix: t.string,
  },
  'NatsContext',
);

/** What a context may say and we could only leave out: then it would lead somewhere else. */
const NOT_SUPPORTED = ['nsc', 'user_jwt', 'socks_proxy', 'jetstream_domain', 'jetstream_api_prefix'] as const;

/** Where the `nats` command line keeps a context, under `$XDG_CONFIG_HOME` or `~/.config`. */
export const contextFile = (configHome: string, name: string): string => `${configHome}/nats/context/${name}.json`;
/** Where it keeps the name of the one that is selected. */
export const selectedContextFile = (configHome: string): string => `${configHome}/nats/context.txt`;

/** A name that cannot lead out of the directory of contexts. */
export const isContextName = (name: string): boolean => /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/.test(name);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Fields that a person left empty are stored as empty strings. */
const given = <A extends object>(fields: A): { [K in keyof A]?: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as never;

/**
 * The settings in a context file of the `nats` command line; the reason, in words, if it is none or asks for more than we can do.
 * @param home what `~` stands for in the paths of files
 */
export const parseContext = (text: string, home: string): Either<string, NatsSettings> => {
  const decoded = StoredContext.decode(parseJson(text));
  if (E.isLeft(decoded)) return E.left('it is not a context of the nats command line');
  const { url, ca, cert, key, inbox_prefix, tls_first, creds, nkey, user, password, token, ...rest } = decoded.right;
  const unsupported = NOT_SUPPORTED.find((field) => (rest[field] ?? '') !== '');
  if (unsupported !== undefined) return E.left(`it uses ${unsupported}, which is not supported here`);
  const path = (file: string | undefined): string | undefined => file?.replace(/^~(?=\/)/, home);
  const files = { creds: path(creds), nkey: path(nkey), tlsca: path(ca), tlscert: path(cert), tlskey: path(key) };
  return E.right(given({ servers: url, user, password, token, ...files, inboxPrefix: inbox_prefix, tlsFirst: tls_first }));
};

/** What was given here counts; whoever says here who they are is not also the user of the context. */
export const mergeSettings = (here: NatsSettings, context: NatsSettings): NatsSettings => {
  const mine = given(here);
  const says = Object.keys(mine).some((field) => AUTHENTICATION.has(field));
  const theirs = Object.entries(context).filter(([field]) => !says || !AUTHENTICATION.has(field));
  return { ...Object.fromEntries(theirs), ...mine };
};

export type Servers = {
  /** `host:port`: safe to print. */
  readonly addresses: ReadonlyArray<string>;
  readonly tls: boolean;
  /** The user in the first address that has one. */
  readonly user?: { readonly name: string; readonly password: string } | { readonly token: string };
};

const ADDRESS = /^(?:(nats|tls):\/\/)?(?:([^@/]*)@)?((?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?)\/?$/;

const userOf = (info: string): NonNullable<Servers['user']> => {
  const [name = '', ...password] = info.split(':');
  const plain = (text: string): string => decodeURIComponent(text);
  return password.length === 0 ? { token: plain(name) } : { name: plain(name), password: plain(password.join(':')) };
};

/** Takes addresses apart, so that a password in one of them is in no message about it. None if one is not an address of NATS. */
export const parseServers = (servers: string | ReadonlyArray<string>): Servers | undefined => {
  const each = (typeof servers === 'string' ? servers.split(',') : servers).map((server) => ADDRESS.exec(server.trim()));
  const found = each.filter((match) => match !== null);
  if (found.length === 0 || found.length < each.length) return undefined;
  const info = found.map(([, , user]) => user).find((user) => user !== undefined && user !== '');
  try {
    const user = info === undefined ? {} : { user: userOf(info) };
    return { addresses: found.map(([, , , address = '']) => address), tls: found.some(([, scheme]) => scheme === 'tls'), ...user };
  } catch {
    return undefined;
  }
};
