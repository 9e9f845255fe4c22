/** Every route of the HTTP API. Server, documentation and tests are made from these records. */
import * as t from 'io-ts';
import { orNull } from '../../events/codec.ts';
import { propsOf } from '../../events/fits.ts';
import { Sequence } from '../../events/vocabulary.ts';
import { TopicList } from '../live.ts';
import { queries } from '../operations.ts';
import { SealedReply, SealedRequest, ServiceKeys, UnsealedReply } from '../wire.ts';
import { commandRoutes } from './commands.ts';
import { namespaceRoutes, namespaceUrlRoutes } from './namespaces.ts';
import { own, query, signed, type Route } from './route.ts';
import { authRoutes } from './session.ts';

const Live = t.strict({ ok: t.literal(true) }, 'Live');
const NotReady = t.strict({ ready: t.literal(false), why: t.string }, 'NotReady');
const Ready = t.strict({ ready: t.literal(true) }, 'Ready');

/** For those who watch the service, and for whoever wants to speak with it. */
const open = [
  own('open', 'live', 'GET', '/healthz', { about: 'The process lives.', reply: Live }),
  own('open', 'ready', 'GET', '/readyz', { about: 'It answers requests; 503 and why if not.', reply: Ready, otherwise: { 503: NotReady } }),
  own('open', 'metrics', 'GET', '/metrics', { about: 'For Prometheus, as text.', media: 'text/plain', reply: t.string }),
  own('open', 'openapi', 'GET', '/openapi.json', { about: 'This API, as OpenAPI 3.1.' }),
  own('open', 'keys', 'GET', '/keys', { about: 'The key to seal requests to, signed by the signing key of the service.', reply: ServiceKeys }),
] as const;

const pages = [
  own('page', 'start', 'GET', '/', { about: 'Leads to the console.', media: 'text/html' }),
  own('page', 'to-console', 'GET', '/console', { about: 'Leads to the console.', media: 'text/html' }),
  own('page', 'console', 'GET', '/console/*', { about: 'The console.', media: 'text/html' }),
] as const;

/** The exchange of programs without NATS: the same bytes as on the subjects, refusals too. */
const exchanged = { body: SealedRequest, reply: t.union([SealedReply, UnsealedReply]) } as const;
const sealed = [
  own('sealed', 'register', 'POST', '/register', { about: 'A service registers its credential.', ...exchanged }),
  own('sealed', 'get', 'POST', '/get', { about: 'A service reads its secrets.', ...exchanged }),
  own('sealed', 'report', 'POST', '/report', { about: 'A process says which versions it runs.', ...exchanged }),
] as const;

const Format = t.keyof({ jsonl: null, csv: null }, 'jsonl or csv');
const narrowed = Object.fromEntries(Object.entries<t.Mixed>(propsOf(queries['audit.list'].request)).filter(([name]) => !['operation', 'limit', 'after'].includes(name)));

/** What is answered by a stream. */
const streamed = [
  own('live', 'audit.export', 'GET', '/audit/export', { about: 'Everything of the audit log that is wanted, the newest first, as JSON lines or CSV.', media: 'application/x-ndjson', otherMedia: ['text/csv'], fields: { format: orNull(Format), ...narrowed } }),
  own('live', 'events', 'GET', '/events', { about: 'What changes, as server-sent events; resumed after `Last-Event-ID`.', media: 'text/event-stream', fields: { topics: orNull(TopicList) }, headers: { 'Last-Event-ID': orNull(Sequence) } }),
] as const;

const secret = { id: ['path'] } as const;

const asked: ReadonlyArray<Route> = [
  query('/secrets', 'secret.list', 'Secrets, without their values.'),
  query('/secrets/:id', 'secret.show', 'One secret: its history, who has read it, and who runs which version.', secret),
  query('/secrets/:id/reads', 'secret.reads', 'Who has read it, over time.', secret),
  query('/missing-secrets', 'missing.list', 'What was asked for and has no value: by whom, how often, and with which words.'),
  query('/services', 'service.list', 'Services and their credentials.'),
  query('/service-tokens', 'credential.list', 'Credentials of services.'),
  query('/access-requests', 'access.list', 'What services may read, or asked to.'),
  query('/namespaces', 'namespace.list', 'Namespaces.'),
  query('/inbox', 'inbox.list', 'What waits for an admin.'),
  query('/audit', 'audit.list', 'Everything that was asked, done and refused, the newest first.'),
  query('/health', 'health.show', 'How the service is.'),
  query('/admins', 'admin.list', 'Admins and their keys.'),
  query('/admin-keys/:id/signed', 'admin.key.signed', 'Keys, tokens and access keys that a key of an admin has signed, and that those have, as far as they count: the first 100 of each, and how many there are.', { id: ['fingerprint'] }),
  query('/api-tokens', 'token.list', 'Tokens for this API that are not revoked.'),
  query('/keys/status', 'key.status', 'The keys of the service.'),
];

/** Routes with handlers of their own: what is added here does not compile until `services/http/handlers.ts` has one. */
export const ownRoutes = [...open, ...pages, ...sealed, ...streamed, ...authRoutes, ...namespaceRoutes, ...namespaceUrlRoutes] as const;
export type OwnName = (typeof ownRoutes)[number]['name'];

export const routes: ReadonlyArray<Route> = [...ownRoutes, ...asked, ...commandRoutes.map(signed)];
