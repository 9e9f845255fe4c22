/** The page about the HTTP API, made from the table of its routes. */
import type * as t from 'io-ts';
import { refusals, type RefusalCode } from '../../events/refusal.ts';
import { roleFor } from '../operations.ts';
import { needsNone, type Kind, type Route } from './route.ts';
import { routes } from './routes.ts';
import { statusOf } from './status.ts';

const KINDS: ReadonlyArray<readonly [Kind, string, string]> = [
  ['query', 'Queries', 'A session of any role, or an API token. What the path does not name of their arguments stands in the query string.'],
  [
    'signed',
    'Changes',
    'A session, its `csrf` in the header `Jetlock-Csrf`, and a body `{statement, key, signature}`: `statement` is the text that the admin signed, as on NATS, its command is the operation here and names what the path names. A value comes beside it: as `sealed`, a box to the key of `GET /keys` that opens to `{"v":1,"type":"value","statement":<id of the statement>,"value","salt"}`, or as `enclosed: {value, salt}` over TLS or from the machine itself. Answered like on NATS: `{changed, seq, version, note}`.',
  ],
  ['live', 'Live', 'As queries; the answer goes on, as server-sent events, or as lines. `topics` are some of `inbox,catalogue,audit`, all if not given.'],
  ['auth', 'Signing in', 'A browser offers a key under a one-time code of `jetlock console`, `{id, key, proof, label}`: `id` is BLAKE2b-256 of the 32 bytes of the code, `proof` BLAKE2b-256 of those of the key, keyed by them. Once an admin has signed `admin.key.add`, it signs in by a statement `{operation: "session.open", origin, seen}`, for its own origin and once, and gets the cookie `jetlock_session` (`HttpOnly`, `SameSite=Strict`, and `Secure` over TLS or under an https origin of `--http-origin`), which ends after 30 minutes without use and 12 hours at most. API tokens (`jetlock token create`) come as `Authorization: Bearer …`; a call with that header has no session.'],
  ['access-key', 'Namespaces with an access key', 'The key stands in the header `Jetlock-Access-Key`; where the service was started with `JETLOCK_SHARED_SECRET`, that in `Jetlock-Shared-Secret`, also to make a namespace. Started without, it makes namespaces only on loopback, and not where it has a `--http-origin`: through a proxy others would come. The routes with `{accessKey}` in their path are there only with `--access-key-in-url`. A value comes as text in `value`, over TLS or from the machine itself, or as `sealed`, a box to the key of `GET /keys` that opens to `{"v":1,"type":"namespace-value","request":<the id in Jetlock-Request>,"namespace","key","accessKey":<SHA-256 of its characters>,"time","value"}`, each as in the call, the clock within 60 seconds.'],
  ['sealed', 'For programs without NATS', 'The same sealed bytes as on the subjects, see [the protocol](protocol.md); the answer is 200 with what would be the reply there, refusals too. `subject` in the box is one of those of the operation: at `/get` `secrets.get` or `secrets.get.<service>`, and so at the others. What the answer says in `known` is a subject of NATS alone; here the next one is sent to the same place.'],
  ['open', 'For anyone', 'No login.'],
];

type Known = { readonly _tag: string; readonly types: ReadonlyArray<t.Mixed>; readonly keys: Readonly<Record<string, unknown>>; readonly value: unknown };

/** The texts that a codec takes, where it names them all. */
const literalsOf = (codec: t.Mixed): ReadonlyArray<string> => {
  const { _tag, types, keys, value } = codec as unknown as Known;
  if (_tag === 'KeyofType') return Object.keys(keys);
  if (_tag === 'LiteralType') return [String(value)];
  return _tag === 'UnionType' ? types.flatMap(literalsOf) : [];
};

const fieldOf = ([name, codec]: readonly [string, t.Mixed]): string => {
  const literals = literalsOf(codec);
  return `\`${name}\`${literals.length === 0 ? '' : ` (${literals.join(', ')})`}`;
};

const fieldsOf = ({ params, fields }: Route): string => {
  const named = Object.values(params).flat();
  return Object.entries(fields).filter(([name]) => !named.includes(name)).map(fieldOf).join(' ');
};

const pathOf = ({ path, params }: Route): string => Object.entries(params).reduce((all, [name, names]) => all.replace(new RegExp(`:${name}(\\([^)]*\\))?`), `{${names.join(':')}}`), path);

const bodyOf = ({ body, tokenBody }: Route): string => [body, tokenBody].flatMap((codec) => (codec === null ? [] : [`\`${codec.name}\`${needsNone(codec) ? ' or none' : ''}`])).join(' or ');

const headersOf = ({ headers }: Route): string => Object.entries(headers).map(([name, codec]) => `\`${name}\`${codec.is(null) ? '' : ' (required)'}`).join(' ');

const aboutOf = ({ about, tokenBody }: Route): string =>
  tokenBody === null ? about : `${about} Also by an API token with the role \`writer\`, unsigned: \`{path, value}\` or \`{path, sealed}\`, with \`description\` and \`ifVersion\`; the box of \`sealed\` opens to \`{"v":1,"type":"write","path","token":<SHA-256 of its characters>,"time","value"}\`.`;

const COLUMNS: ReadonlyArray<readonly [string, (route: Route) => string]> = [
  ['route', (route) => `\`${route.method} ${pathOf(route)}\``],
  ['name', ({ name }) => `\`${name}\``],
  ['role', (route) => (route.kind === 'query' || route.kind === 'signed' ? `\`${roleFor(route.operation)}\`` : '')],
  ['query string', fieldsOf],
  ['headers', headersOf],
  ['body', bodyOf],
  ['what it is', aboutOf],
];

const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(' | ')} |`;

/** Without the columns that none of them has something in. */
const table = (some: ReadonlyArray<Route>): ReadonlyArray<string> => {
  const columns = COLUMNS.filter(([, of]) => some.some((route) => of(route) !== ''));
  return [line(columns.map(([title]) => title)), `|${'---|'.repeat(columns.length)}`, ...some.map((route) => line(columns.map(([, of]) => of(route))))];
};

const section = ([kind, title, words]: (typeof KINDS)[number]): string => {
  const some = routes.filter((route) => route.kind === kind);
  return some.length === 0 ? '' : [`## ${title}`, '', words, '', ...table(some), ''].join('\n');
};

const statuses = (): string => {
  const codes = Object.keys(refusals) as ReadonlyArray<RefusalCode>;
  const all = [...new Set(codes.map(statusOf))].sort((a, b) => a - b);
  return all.map((status) => `| ${status} | ${codes.filter((code) => statusOf(code) === status).map((code) => `\`${code}\``).join(' ')} |`).join('\n');
};

export const httpReference = (): string => `# The HTTP API

Made from the table of routes by \`docs/make.ts\`. A running service tells the same at \`GET /openapi.json\` (OpenAPI 3.1), with the
shape of every body and answer.

\`jetlock serve\` listens on 127.0.0.1:8229. \`--http-host\` and \`--http-port\` change that; \`--tls-cert FILE --tls-key FILE\` make it
https. Whom a call comes from is who is at the other end of the connection: headers of proxies are not believed. A call is answered under the address that
it reached, on the machine itself as \`localhost\` too, and under the origins of \`--http-origin\`, such as that of a proxy; by any other name in
\`Host\` it is refused (421), since that name may be of a page that makes a browser call (DNS rebinding).

What stands between braces is one segment of the path, encoded (\`encodeURIComponent\`): \`/secrets/prod%2Fshop%2FDB\`. A credential
is \`<service>:<fingerprint>\`, access is \`<service>:<path>\`, or \`<service>:<prefix>/\`. Bodies are JSON, at most 512 KiB; a value has at
most 64 KiB; the name of a body is that of its schema in the OpenAPI document.

Lists that take \`limit\` and \`after\` come in pages: \`{items, next, total}\`, and \`after\` is the \`next\` of the page before. Nobody
counts the audit log: \`total\` of \`/audit\` is null.

A time is a number, milliseconds since 1970 UTC, here and in \`from\` and \`to\`. Only \`at\` of a line of the audit log (\`/audit\`, its
export, the topic \`audit\`) is a text, such as \`2026-01-31T10:00:00.000Z\`.

${KINDS.map(section).filter((text) => text !== '').join('\n')}
## Refusals

Always \`{"error": {code, message, hint, detail, retryable}}\`. The codes are those of [the protocol](protocol.md); \`detail\` of a
\`malformed\` call names the field and what was expected there, never what was sent. Beside the statuses below, 405 is a method that the path has
not, 408 a request that took too long to arrive, 415 a body that is not \`application/json\`, 431 headers that are too large: their code is \`malformed\`.

| status | codes |
|---|---|
${statuses()}

## Limits

What is too much is \`busy\`, 429 with \`Retry-After\` in seconds. A known caller has 1,000 calls a second, and 2,000 at once. Of those who are not
known, calls that come to nothing are counted by address: 20 a second, 1,000 at once.

- **An access key** changes (sets, deletes) 20 times a second, 1,000 at once, by HTTP and NATS together: each change stays in the log for ever. What it reads is not counted: reads that come
  together share one record. Instead each key has its turn, with at most 256 of its calls under way, so one that asks for everything there is waits for itself, and others do not.
- **Namespaces with an access key** are made 5 a second, 500 at once, by all who have the shared secret together, and there are 10,000 of them at most.
- **New \`Recipient-Key\`s**, and boxes of values, which are sealed by a new key each: 100 a second of one access key, and 500 of all; as many of an admin or a token, beside them. Those
  who ask at the same time share four fifths of that evenly, so there is some for whoever comes next. A
  \`Recipient-Key\` that was used with success is not new; of one access key the last 64 are known.
- **The sealed exchange** has the limits of the door on NATS. What is too much there has the same status, and as its body the reply of NATS, unsealed.
  Those who have not authenticated before come by the lane of strangers, where HTTP has a turn beside each kind of subject, and in it each address.
`;
