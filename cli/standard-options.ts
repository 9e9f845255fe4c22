/** The options that many commands share. */
import type { Option } from './options.ts';

const group = 'Connection:';

const JSON_OPTION: Option = { name: 'json', description: 'one JSON document on stdout, everything else on stderr' };

/** How to reach NATS, in the words that the `nats` command line uses. */
export const NATS: ReadonlyArray<Option> = [
  { name: 'context', value: 'NAME', description: 'a context of the nats command line', group },
  { name: 'nats', value: 'URL', description: 'where NATS is', beside: (dev) => dev.natsUrl, unless: 'context', group },
  { name: 'creds', value: 'FILE', description: 'credentials of a NATS user', isFile: true, group },
  { name: 'nkey', value: 'FILE', description: 'nkey seed of a NATS user', isFile: true, group },
  { name: 'inbox-prefix', value: 'PREFIX', description: 'first part of the subjects that replies come to, such as _INBOX_billing', group },
  { name: 'tlscert', value: 'FILE', description: 'TLS certificate of this client', isFile: true, group },
  { name: 'tlskey', value: 'FILE', description: "TLS key of this client's certificate", isFile: true, group },
  { name: 'tlsca', value: 'FILE', description: "certificate authority of NATS' certificate", isFile: true, group },
];

export const SIGNING_KEY: Option = {
  name: 'signing-key',
  value: 'KEY',
  description: "the service's public signing key",
  beside: (dev) => dev.publicKey,
  group,
};

const TRUST_FIRST_USE: Option = { name: 'trust-first-use', description: 'believe whoever answers first, where no signing key is known', group };

export const IDENTITY: Option = { name: 'identity', value: 'FILE', description: 'private file that holds your key or token', isFile: true };

/** For commands that need nothing but this machine. */
export const LOCAL: ReadonlyArray<Option> = [JSON_OPTION];
/** For commands that talk to NATS itself. */
export const BROKER: ReadonlyArray<Option> = [JSON_OPTION, ...NATS];
/** Beside `jetlock dev` it is the first admin's. */
export const ADMIN_IDENTITY: Option = { ...IDENTITY, required: true, beside: (dev) => dev.adminKey };
/** For commands of an admin. Whom to trust stands in the identity. */
export const ADMIN: ReadonlyArray<Option> = [JSON_OPTION, ADMIN_IDENTITY, ...NATS];
/** For commands of a requesting program, which has an identity of its own. */
export const SERVICE: ReadonlyArray<Option> = [JSON_OPTION, IDENTITY, ...NATS, SIGNING_KEY, TRUST_FIRST_USE];

/** For whoever shows the key of a namespace, and is nobody else. */
export const KEY_HOLDER: ReadonlyArray<Option> = [JSON_OPTION, ...NATS, SIGNING_KEY, TRUST_FIRST_USE];

/** Where a script that has no terminal has decided by calling: see `confirm`. */
export const YES: Option = { name: 'yes', description: 'do not ask; without a terminal nothing is asked anyway' };
export const REASON: Option = { name: 'reason', value: 'TEXT', description: 'why, for those who read the audit log' };
export const DATA: Option = { name: 'data', value: 'FOLDER', description: 'where keys and data are kept', default: './.jetlock' };
export const HTTP_PORT: Option = { name: 'http-port', value: 'PORT', description: 'port of the HTTP listener on 127.0.0.1' };
export const PUBLIC_KEY: Option = { name: 'public-key', value: 'KEY', description: 'public key, 43 characters of base64url', required: true };
