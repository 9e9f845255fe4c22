/** The page about the HTTP API, made from the table of its routes. */
import { refusals, type RefusalCode } from '../../events/refusal.ts';
import { roleFor } from '../operations.ts';
import type { Kind, Route } from './route.ts';
import { routes } from './routes.ts';
import { statusOf } from './status.ts';

const KINDS: ReadonlyArray<readonly [Kind, string, string]> = [
  ['query', 'Queries', 'A session of any role, or an API token. What the path does not name of their arguments stands in the query string.'],
  [
    'signed',
    'Changes',
    'A session, its `csrf` in the header `Jetlock-Csrf`, and a body `{statement, key, signature}`: `statement` is the text that the admin signed, as on NATS, its command is the operation here and names what the path names. A value comes beside it: as `sealed`, a box to the key of `GET /keys` that opens to `{"v":1,"type":"value","statement":<id of the statement>,"value","salt"}`, or as `enclosed: {value, salt}` over TLS or from the machine itself. Answered like on NATS: `{changed, seq, version, note}`.',
  ],
  ['live', 'Live', 'As queries; the answer goes on, as server-sent events.'],
  ['auth', 'Signing in', 'A browser offers a key under a one-time code of `jetlock console`, `{id, key, proof, label}`: `id` is BLAKE2b-256 of the 32 bytes of the code, `proof` BLAKE2b-256 of those of the key, keyed by them. Once an admin has signed `admin.key.add`, it signs in by a statement `{operation: "session.open", origin}`, for its own origin and once, and gets the cookie `jetlock_session` (`HttpOnly`, `SameSite=Strict`, with TLS `Secure`), which ends after 30 minutes without use and 12 hours at most. API tokens (`jetlock token create`) come as `Authorization: Bearer …`; a call with that header has no session.'],
  ['access-key', 'Namespaces with an access key', 'The key stands in the header `Jetlock-Access-Key`; where the service was started with `JETLOCK_SHARED_SECRET`, that in `Jetlock-Shared-Secret`. A value comes as text in `value`, over TLS or from the machine itself, or as `sealed`, a box to the key of `GET /keys` that opens to `{"v":1,"type":"namespace-value","request":<the id in Jetlock-Request>,"namespace","key","accessKey":<SHA-256 of its characters>,"time","value"}`, each as in the call, the clock within 60 seconds.'],
  ['sealed', 'For programs without NATS', 'The same sealed bytes as on the subjects, see [the protocol](protocol.md); the answer is 200 with what would be the reply there, refusals too.'],
  ['open', 'For anyone', 'No login.'],
];

const fieldsOf = ({ params, fields }: Route): string => {
  const named = Object.values(params).flat();
  return Object.keys(fields).filter((name) => !named.includes(name)).map((name) => `\`${name}\``).join(' ');
};

const pathOf = ({ path, params }: Route): string => Object.entries(params).reduce((all, [name, names]) => all.replace(new RegExp(`:${name}(\\([^)]*\\))?`), `{${names.join(':')}}`), path);

const row = (route: Route): string => {
  const role = route.kind === 'query' || route.kind === 'signed' ? `\`${roleFor(route.operation)}\`` : '';
  const token = route.tokenBody === null ? '' : ' Also by an API token with the role `writer`, unsigned: `{path, value}` or `{path, sealed}`, with `description` and `ifVersion`; the box of `sealed` opens to `{"v":1,"type":"write","path","token":<SHA-256 of its characters>,"time","value"}`.';
  return `| \`${route.method} ${pathOf(route)}\` | \`${route.name}\` | ${role} | ${fieldsOf(route)} | ${route.about}${token} |`;
};

const section = ([kind, title, words]: (typeof KINDS)[number]): string => {
  const rows = routes.filter((route) => route.kind === kind).map(row);
  return rows.length === 0 ? '' : [`## ${title}`, '', words, '', '| route | name | role | query string | what it is |', '|---|---|---|---|---|', ...rows, ''].join('\n');
};

const statuses = (): string => {
  const codes = Object.keys(refusals) as ReadonlyArray<RefusalCode>;
  const all = [...new Set(codes.map(statusOf))].sort((a, b) => a - b);
  return all.map((status) => `| ${status} | ${codes.filter((code) => statusOf(code) === status).map((code) => `\`${code}\``).join(' ')} |`).join('\n');
};

export const httpReference = (): string => `# The HTTP API

Made from the table of routes by \`docs/make.ts\`. A running service tells the same at \`GET /openapi.json\` (OpenAPI 3.1), with the
shape of every body and answer.

\`jetlock serve\` listens on 127.0.0.1:8222. \`--http-host\` and \`--http-port\` change that; \`--tls-cert FILE --tls-key FILE\` make it
https. Whom a call comes from is who is at the other end of the connection: headers of proxies are not believed.

What stands between braces is one segment of the path, encoded (\`encodeURIComponent\`): \`/secrets/prod%2Fshop%2FDB\`. A credential
is \`<service>:<fingerprint>\`, access is \`<service>:<path>\`, or \`<service>:<prefix>/\`. Bodies are JSON, at most 512 KiB; a value has at
most 64 KiB. Lists come in pages: \`{items, next, total}\`, and \`after\` is the \`next\` of the page before.

${KINDS.map(section).filter((text) => text !== '').join('\n')}
## Refusals

Always \`{"error": {code, message, hint, detail, retryable}}\`. The codes are those of [the protocol](protocol.md); \`detail\` of a
\`malformed\` call names the field and what was expected there, never what was sent. Beside the statuses below, 405 is a method that the path has
not, 408 a request that took too long to arrive, 415 a body that is not \`application/json\`, 431 headers that are too large: their code is \`malformed\`.

| status | codes |
|---|---|
${statuses()}

## Limits

A known caller has 1,000 calls a second, and 2,000 at once. Of those who are not known, calls that come to nothing are counted by
address: 20 a second, 1,000 at once; after that they are \`busy\`. The sealed exchange has the limits of the door on NATS.
`;
