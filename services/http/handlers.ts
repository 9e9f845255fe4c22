/** Each route with what answers it. */
import { right } from 'fp-ts/lib/Either.js';
import { ownRoutes, type OwnName } from '../../protocol/http/routes.ts';
import type { Route } from '../../protocol/http/route.ts';
import type { Admission } from '../doors/admission.ts';
import type { Health, Replica } from '../log/replica.ts';
import type { Audit } from '../audit/audit.ts';
import type { Live } from '../live/live.ts';
import type { Metrics } from '../observe/metrics.ts';
import { ask, type Views } from '../operations/admin.ts';
import type { Opener } from '../request/open.ts';
import { authHandlers, type LoginParts } from './auth/handlers.ts';
import { JSON_TYPE, Written, type Handler } from './call.ts';
import { eventsHandler } from './events.ts';
import { exchange } from './exchange.ts';
import { consoleHandler, toConsole } from './pages.ts';
import { exportHandler } from './export.ts';
import { namespaceHandlers, type NamespaceDoor } from './namespaces.ts';
import type { Auth } from './principal.ts';
import { signedHandler, type SignedParts } from './signed.ts';

export type HandlerParts = SignedParts & NamespaceDoor & LoginParts & {
  readonly replica: Replica;
  readonly admission: Admission;
  readonly views: Views;
  readonly metrics: Metrics;
  readonly audit: Audit;
  readonly live: Live;
  readonly auth: Auth;
  /** For boxes of those who show an access key. */
  readonly accessKeyOpener: Opener;
  /** Where the console was built, if not beside the bundle. */
  readonly console: string | undefined;
};

const readiness = ({ ready, why }: Health) =>
  ready ? { ready } : new Written(JSON_TYPE, JSON.stringify({ ready, why }), 503);

const describe = async (): Promise<Written> => {
  const { openApi } = await import('../../codegen/openapi.ts');
  return new Written(JSON_TYPE, JSON.stringify(openApi()));
};

/** Made when it is first asked for, and once: no start waits for it. */
const openApiHandler = (): Handler => {
  let described: Promise<Written> | undefined;
  return async () => right(await (described ??= describe()));
};

const ownHandlers = (parts: HandlerParts): { readonly [N in OwnName]: Handler } => {
  const { replica, admission, metrics, console: folder } = parts;
  const { subjects } = replica;
  return {
    live: () => right({ ok: true }),
    ready: () => right(readiness(replica.health())),
    metrics: async () => right(new Written(metrics.registry.contentType, await metrics.registry.metrics())),
    keys: exchange(admission, subjects.keys),
    openapi: openApiHandler(),
    start: toConsole,
    'to-console': toConsole,
    console: consoleHandler(folder),
    register: exchange(admission, subjects.register),
    get: exchange(admission, subjects.get),
    report: exchange(admission, subjects.report),
    'audit.export': exportHandler(parts.audit, parts.auth.isStillIn),
    events: eventsHandler(parts.live, parts.auth.isStillIn),
    ...authHandlers(parts),
    ...namespaceHandlers({ ...parts, opener: parts.accessKeyOpener }),
  };
};

const isOwn = (name: string): name is OwnName => ownRoutes.some((route) => route.name === name);

export const handlersOf = (parts: HandlerParts): ((route: Route) => Handler) => {
  const own = ownHandlers(parts);
  return (route) => {
    if (route.kind === 'signed') return signedHandler(parts, route);
    if (route.kind === 'query') return ({ args }) => ask(parts.views, route.operation, { operation: route.operation, ...args });
    if (!isOwn(route.name)) throw new Error(`no handler for ${route.name}`);
    return own[route.name];
  };
};
