/** Every command of `jetlock`: the parser, `--help`, the completion and the documentation are made from this. */
import type { Option } from './options.ts';
import { ADMIN, ADMIN_IDENTITY, BROKER, DATA, HTTP_PORT, IDENTITY, KEY_HOLDER, LOCAL, NATS, PUBLIC_KEY, REASON, SERVICE, SIGNING_KEY, YES } from './standard-options.ts';

export type Row = {
  /** What is typed: a noun and a verb, or one word. */
  readonly name: string;
  /** Arguments as the usage line shows them: `PATH`, `[PREFIX]`, `PATH...`. */
  readonly takes: string;
  readonly does: string;
  readonly options: ReadonlyArray<Option>;
};

const row = (usage: string, does: string, options: ReadonlyArray<Option>): Row => {
  const words = usage.split(' ');
  const verb = words.filter((word) => /^[a-z-]+$/.test(word));
  return { name: verb.join(' '), takes: words.slice(verb.length).join(' '), does, options };
};

/** What the nouns are. */
export const NOUNS: Readonly<Record<string, string>> = {
  secret: 'secrets and their versions',
  namespace: 'namespaces: each with an encryption key of its own, and with access keys',
  'namespace key': 'access keys: whoever holds one reads, writes and deletes in its namespace',
  service: 'requesting programs and their credentials',
  access: 'which service may read what',
  admin: 'people who administer',
  'admin key': 'the keys of an admin: of key files and browsers',
  token: 'tokens of programs for the HTTP API',
  audit: 'who did what, read from the log itself',
  projections: 'read models',
  key: "the service's keys",
};

/** What the arguments are. */
export const ARGUMENTS: Readonly<Record<string, string>> = {
  PATH: 'name of a secret: namespace/…/NAME',
  PREFIX: 'a namespace and all below it, with a slash at its end',
  TARGET: 'a path, or a prefix with a slash at its end',
  NAMESPACE: 'all of a path but its last part',
  SERVICE: 'name of a requesting program',
  CREDENTIAL: 'fingerprint of a token or key, or its beginning; needed where several would fit',
  NAME: 'a name: lower case, digits and hyphens',
  ID: 'id of an access key, as the list shows it; never the key itself',
  FINGERPRINT: 'fingerprint of a key, whole',
  VERSION: 'a version, from 1',
  TEXT: 'a description, 512 bytes at most',
  FILE: 'a file',
  FOLDER: 'a folder; the current one if not given',
  SHELL: 'bash, zsh or fish',
};

const NAMESPACE_OPTION: Option = { name: 'namespace', value: 'NAMESPACE', description: 'where the secrets go', required: true };
const ACCESS_KEY_FILE: Option = { name: 'access-key-file', value: 'FILE', description: 'private file with the access key; JETLOCK_ACCESS_KEY or a prompt if not given', isFile: true };
const LISTENER: Option = { name: 'http-url', value: 'URL', description: 'HTTP listener of the service, which is asked in place of NATS', isInsteadOfNats: true };
const DESCRIPTION: Option = { name: 'description', value: 'TEXT', description: 'what the secret is for' };
const IF_VERSION: Option = { name: 'if-version', value: 'VERSION', description: 'only if that is the current version, 0 for none yet' };
const NOW: Option = { name: 'now', description: 'also replace the root key and the operator key at once' };
const FOR: Option = { name: 'for', value: 'DURATION', description: 'until when: 90s, 30m, 1h, 7d; for ever if not given' };
const ONCE: Option = { name: 'once', description: 'for one read' };
const OFFLINE: Option = { name: 'offline', value: 'DURATION', description: 'how long after a read the value may be used while the service cannot be reached, at most 7d; not at all if not given, also where the grant of a shorter prefix has it' };
const ROLE: Option = {
  name: 'role',
  value: 'ROLE',
  description: 'what the admin may do',
  choices: ['admin', 'approver', 'auditor'],
  required: true,
};
const TOKEN_ROLE: Option = {
  name: 'role',
  value: 'ROLE',
  description: 'what its bearer may do: look, or also write values',
  choices: ['auditor', 'writer'],
  required: true,
};
const TOKEN_FOR: Option = { name: 'for', value: 'DURATION', description: 'how long it counts, at most 366d', default: '90d' };
const WITH_ALL: Option = { name: 'with-all', description: 'also all keys, API tokens and access keys that it has signed, and that those keys have: after a theft. They are shown before you are asked' };
const CONSOLE: ReadonlyArray<Option> = [
  { name: 'url', value: 'URL', description: 'where its HTTP listener is reached; as the service says if not given', beside: (dev) => dev.httpUrl },
  { name: 'enroll', description: 'the browser is on another machine: compare the fingerprint of its key, then say yes' },
  { name: 'no-open', description: 'print the link only' },
  { ...YES, description: 'do not ask; needed without a terminal where the service does not name the place as its own' },
];
const ADMIN_NAME: Option = { name: 'admin', value: 'NAME', description: 'whose key it is; that of --identity if not given' };
const OUT: Option = { name: 'out', value: 'FILE', description: 'where the key is kept; NAME.admin.json if not given', isFile: true };
const AS: Option = { name: 'as', value: 'SERVICE', description: 'the service that asks' };
const ASK: Option = { name: 'description', value: 'TEXT', description: 'what it is for: shown to the admin who is asked, 512 bytes at most' };
const WAIT: Option = { name: 'wait', value: 'DURATION', description: 'how long to wait for an admin to allow it, such as 60s' };

const SECRET: ReadonlyArray<Row> = [
  row('secret set PATH', 'write a value: asked for on a terminal, else all bytes of stdin, also a newline at their end; nothing at all is refused', [DESCRIPTION, IF_VERSION, ...ADMIN]),
  row('secret list [PREFIX]', 'list secrets, without their values', ADMIN),
  row('secret show PATH', 'show what is known of a secret, without its value', ADMIN),
  row('secret describe PATH TEXT', 'say what a secret is for', ADMIN),
  row('secret history PATH', 'list the versions of a secret', ADMIN),
  row('secret rollback PATH VERSION', 'make an earlier version current, as a new version', ADMIN),
  row('secret disable PATH', 'stop handing out a secret', ADMIN),
  row('secret enable PATH', 'hand out a disabled secret again', ADMIN),
  row('secret delete PATH', 'delete a secret and destroy its key', [NOW, YES, ...ADMIN]),
  row('secret import FILE', 'write all assignments of a .env file', [NAMESPACE_OPTION, ...ADMIN]),
];

const NAMESPACE: ReadonlyArray<Row> = [
  row('namespace create NAMESPACE', 'create a namespace', ADMIN),
  row('namespace list', 'list namespaces', ADMIN),
  row('namespace read', 'read all that an access key opens, as lines of a .env file', [ACCESS_KEY_FILE, LISTENER, ...KEY_HOLDER]),
  row('namespace key list NAMESPACE', 'list the access keys of a namespace', ADMIN),
  row('namespace key issue NAMESPACE', 'make an access key for a namespace, and print it this once', ADMIN),
  row('namespace key revoke NAMESPACE ID', 'revoke an access key: the very next read with it is refused', ADMIN),
  row('namespace rotate NAMESPACE', 'make a new key for a namespace and wrap its secrets again', ADMIN),
  row('namespace delete NAMESPACE', 'delete a namespace, its secrets and its key', [YES, ...ADMIN]),
];

const SERVICES: ReadonlyArray<Row> = [
  row('service list', 'list services and their credentials', ADMIN),
  row('service add NAME', 'add a service by its public key, approved at once', [PUBLIC_KEY, ...ADMIN]),
  row('service import FILE', 'add the services of a YAML list of name and public key', ADMIN),
  row('service approve NAME [CREDENTIAL]', 'approve a credential whose fingerprint you have compared', ADMIN),
  row('service deny NAME [CREDENTIAL]', 'deny a credential', ADMIN),
  row('service revoke NAME [CREDENTIAL]', 'revoke a credential', ADMIN),
];

const ACCESS: ReadonlyArray<Row> = [
  row('access list', 'list who may read what', [{ name: 'pending', description: 'requests that wait for an admin' }, ...ADMIN]),
  row('access grant SERVICE TARGET', 'let a service read a path, or everything under a prefix', [FOR, ONCE, OFFLINE, REASON, ...ADMIN]),
  row('access deny SERVICE PATH', 'deny a path to a service, whatever its prefixes grant', [REASON, ...ADMIN]),
  row('access revoke SERVICE TARGET', 'take access away: the very next read is refused', [REASON, ...ADMIN]),
];

const ADMINS: ReadonlyArray<Row> = [
  row('inbox', 'everything that waits for an admin', ADMIN),
  row('admin list', 'list admins, their keys and roles', ADMIN),
  row('admin add NAME', 'add an admin by a public key', [PUBLIC_KEY, ROLE, ...ADMIN]),
  row('admin remove NAME', 'remove an admin', [YES, ...ADMIN]),
  row('admin logout NAME', 'end the sessions of all browsers of an admin', ADMIN),
  row('admin key new', 'make a key for yourself, in a private file, and say how it is enrolled', [ADMIN_NAME, OUT, ADMIN_IDENTITY, ...LOCAL]),
  row('admin key list [NAME]', 'list the keys of an admin, your own if none is named', ADMIN),
  row('admin key remove NAME FINGERPRINT', 'remove a key: what it signs from then on does not count, and its sessions end', [WITH_ALL, YES, ...ADMIN]),
  row('console', 'sign a browser in to the console, by a link that works once', [...CONSOLE, ...ADMIN]),
  row('token create NAME', 'make a token for the HTTP API, and print it this once', [TOKEN_ROLE, TOKEN_FOR, ...ADMIN]),
  row('token list', 'list the tokens for the HTTP API', ADMIN),
  row('token revoke NAME', 'revoke a token: the very next call with it is refused', ADMIN),
];

const AUDIT: Option[] = [
  { name: 'since', value: 'TIME', description: 'from then on: 2026-01-31T10:00:00Z, or 2h for two hours ago' },
  { name: 'until', value: 'TIME', description: 'up to then' },
  { name: 'service', value: 'SERVICE', description: 'only this service' },
  { name: 'path', value: 'TARGET', description: 'only this path, or what is under this prefix' },
  { name: 'follow', description: 'go on with what comes; with --json one document a line' },
];

const REGISTER: Option[] = [
  { name: 'key', description: 'make a signing key in place of a token' },
  { name: 'service-version', value: 'VERSION', description: 'the version of the program, for those who read the audit log' },
];

const REQUESTERS: ReadonlyArray<Row> = [
  row('register SERVICE', 'make a token, keep it in a private file, and register it', [...REGISTER, ...SERVICE]),
  row('get PATH...', 'read secrets: plain bytes for one path, --json for several', [WAIT, AS, ASK, ...SERVICE]),
];

const RUNNING: ReadonlyArray<Row> = [
  row('dev', 'start NATS and the service on this machine, with data in ./.jetlock', [
    DATA,
    { name: 'nats-port', value: 'PORT', description: 'port of NATS on 127.0.0.1' },
    HTTP_PORT,
    ...LOCAL,
  ]),
  row('init', 'make stream, buckets, keyring and first admin on your NATS', [
    DATA,
    IDENTITY,
    { name: 'replicas', value: 'N', description: 'copies of stream and buckets in a cluster: 1, or 3', default: '1' },
    ...BROKER,
  ]),
  row('serve', 'run the service against your NATS; who makes namespaces has to know JETLOCK_SHARED_SECRET', [
    DATA,
    HTTP_PORT,
    { name: 'http-host', value: 'ADDRESS', description: 'address of the HTTP listener, in place of 127.0.0.1' },
    { name: 'http-origin', value: 'ORIGINS', description: 'further origins that it is reached by, such as https://jetlock.example, with commas between' },
    { name: 'tls-cert', value: 'FILE', description: 'certificate of the HTTP listener, as PEM; with --tls-key' },
    { name: 'tls-key', value: 'FILE', description: 'private file with its key, as PEM' },
    { name: 'access-key-in-url', description: 'let the access key of a namespace stand in the URL as well' },
    { name: 'accept-history', value: 'SEQ:HASH', description: 'serve again after "history changed", from this place' },
    ...BROKER,
  ]),
  row('doctor', 'check NATS, the stream and the service, and say how to mend what is wrong', [
    { name: 'monitoring', value: 'URL', description: 'where nats-server has its monitoring, such as http://127.0.0.1:8222' },
    { name: 'replica', value: 'URLS', description: 'HTTP listeners of jetlock serve, with commas between', beside: (dev) => dev.httpUrl },
    { ...IDENTITY, description: 'private file of an admin, who is told how old keys are', beside: (dev) => dev.adminKey },
    ...BROKER,
    SIGNING_KEY,
  ]),
  row('nats-config', 'print the permissions that the NATS users need, as configuration of nats-server', [
    { name: 'service', value: 'NAMES', description: 'requesting programs that get a NATS user of their own, with commas between' },
    { name: 'out', value: 'FOLDER', description: 'where nkey seeds of the users are kept; made if there are none' },
    ...LOCAL,
  ]),
];

const ROTATED: Option[] = [
  { name: 'root', description: 'the root key, which wraps the keys of namespaces' },
  { name: 'operator', description: 'the operator key, which wraps the keyring' },
  { name: 'log', description: 'the log key: what is written under the old one stops to count' },
  { name: 'signing', description: 'the signing key; clients follow to the new one' },
  { name: 'box', description: 'the box key; requests sealed to older ones are refused' },
];

const PASSPHRASE_FILE: Option = { name: 'passphrase-file', value: 'FILE', description: 'private file with the passphrase, which is asked for otherwise', isFile: true };

const BACKUP: ReadonlyArray<Row> = [
  row('backup FILE', 'copy log and keys into one encrypted file, while the service runs', [
    { name: DATA.name, value: 'FOLDER', description: 'where keys and data are kept; if not given that of the `jetlock dev` that is copied, else ./.jetlock' },
    PASSPHRASE_FILE,
    { name: 'recipient', value: 'KEYS', description: 'encrypt to public keys of age (age1…) in place of a passphrase, with commas between' },
    ...BROKER,
  ]),
  row('restore FILE', 'put a backup onto a NATS, and into a data folder, where there is nothing yet', [
    DATA,
    PASSPHRASE_FILE,
    { name: 'age-identity', value: 'FILE', description: 'private file with the key that belongs to --recipient', isFile: true },
    { name: 'replicas', value: 'N', description: 'copies of stream and buckets in a cluster: 1, or 3; as many as there were if not given', choices: ['1', '3'] },
    ...BROKER,
  ]),
];

const GENERATE: ReadonlyArray<Row> = [
  row('generate [FOLDER]', 'write secrets.ts, the typed client of what secrets.schema.json beside it asks for', [
    { name: 'out', value: 'FILE', description: 'what is written, if under another name', isFile: true },
    { name: 'combined', description: 'write secrets.schema.combined.json: what the package and its dependencies ask for' },
    { name: 'check', description: 'write nothing; exit code 1 if what would be written is not there already' },
    { name: 'from', value: 'FILE', description: 'start secrets.schema.json with the keys of a .env file, without their values', isFile: true },
    { name: 'merge', description: 'with --from: add the keys that the schema lacks' },
    ...LOCAL,
  ]),
];

const UPKEEP: ReadonlyArray<Row> = [
  row('audit log', 'who asked for what, when, and what came of it; "unverified" is what no admin signs, such as every read: only the log key of the service would prove it', [...AUDIT, ...LOCAL, ...NATS]),
  row('projections status', 'how far the read models are', ADMIN),
  row('projections rebuild', 'make the read models again from the first event', ADMIN),
  row('projections verify', 'compare the read models with the log', ADMIN),
  row('key status', "list the service's keys and their age", ADMIN),
  row('key rotate', 'make new keys and wrap everything again: the root and the operator key, or those that are named', [...ROTATED, ...ADMIN]),
];

const ABOUT: ReadonlyArray<Row> = [
  row('version', 'print the version', LOCAL),
  row('completion [SHELL]', 'print a completion script for your shell', LOCAL),
];

export const TABLE: ReadonlyArray<Row> = [
  ...RUNNING,
  ...SECRET,
  ...NAMESPACE,
  ...SERVICES,
  ...ACCESS,
  ...ADMINS,
  ...REQUESTERS,
  ...GENERATE,
  ...BACKUP,
  ...UPKEEP,
  ...ABOUT,
];
