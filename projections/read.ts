/** What services ask of the read models. Nothing is decided from the answers: they may be of a moment ago. */
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import { covers, type Count, Namespace, overlap, type SecretPath } from '../events/vocabulary.ts';
import { PENDING_MS } from '../events/world.ts';
import { ENDED_MS, type QueryRequest } from '../protocol/operations.ts';
import type { CredentialItem, MissingView, NamespaceItem, SecretItem, ServiceItem } from '../protocol/pages.ts';
import type { Page } from '../protocol/paging.ts';
import { AccessView, InboxView, NamespaceView, type InboxItem, ProjectionView, type RolloutItem, RolloutView, SecretView, ServiceView, UsageView } from '../protocol/views.ts';
import { accessOfService, allNamespaces, isNamespaceKey, rolloutOfPath, secretKey, secretsBelow, usageOfPath } from './keys.ts';
import { inboxItems } from './inbox-items.ts';
import { missingViews } from './missing.ts';
import { namespaceItems } from './namespace-items.ts';
import { byPlace, fitting, paged, searching, type Placed } from './page.ts';
import { PROJECTIONS } from './projection.ts';
import type { Answer, NotRead, Row, Rows } from './rows.ts';
import { serviceItems } from './service-items.ts';

export type { BadEntry, NotRead } from './rows.ts';

type SecretShown = {
  readonly secret: SecretView;
  readonly usage: ReadonlyArray<UsageView>;
  readonly rollout: ReadonlyArray<RolloutItem>;
  readonly access: ReadonlyArray<AccessView>;
  readonly more: boolean;
};
type Asked<Q extends { readonly operation: string }> = Omit<Q, 'operation'>;

export type ReadModels = {
  /** Secrets whose path begins with a text; not what is deleted, unless that is asked for. */
  readonly secrets: (wanted: Asked<QueryRequest<'secret.list'>>) => Answer<Page<SecretItem>>;
  /**
   * Also one that is deleted, for its history; with the reads of it by every service, and what their processes run. Undefined if it never was.
   * @param now milliseconds; processes that were not heard of for long are counted only: most have ended
   */
  readonly secret: (path: SecretPath, now: number) => Answer<SecretShown | undefined>;
  readonly missing: (wanted: Asked<QueryRequest<'missing.list'>>) => Answer<Page<MissingView>>;
  readonly namespaces: (wanted: Asked<QueryRequest<'namespace.list'>>) => Answer<Page<NamespaceItem>>;
  /** @param now milliseconds; grants that have ended by then are not counted */
  readonly services: (wanted: Asked<QueryRequest<'service.list'>>, now: number) => Answer<Page<ServiceItem>>;
  readonly credentials: (wanted: Asked<QueryRequest<'credential.list'>>) => Answer<Page<CredentialItem>>;
  readonly access: (wanted: Asked<QueryRequest<'access.list'>>) => Answer<Page<AccessView>>;
  /** The oldest first. @param now milliseconds; credentials that have expired by then are left out */
  readonly inbox: (wanted: Asked<QueryRequest<'inbox.list'>>, now: number) => Answer<Page<InboxItem>>;
  readonly checkpoints: () => Answer<ReadonlyArray<ProjectionView>>;
};

const map = <A, B>(answer: Either<NotRead, A>, to: (a: A) => B): Either<NotRead, B> => (isLeft(answer) ? answer : right(to(answer.right)));
const nothing = { items: [], next: null, total: 0 as never };

/** Only the secrets below the namespaces that the text names whole are fetched; undefined if it can begin no path. */
const secretsUnder = (prefix: string) => {
  const where = (key: string): boolean => !isNamespaceKey(key);
  const end = prefix.lastIndexOf('/');
  if (end < 0) return { where };
  const namespace = Namespace.decode(prefix.slice(0, end));
  return isLeft(namespace) ? undefined : { keys: secretsBelow(namespace.right), where };
};

const secretItem = ({ history: _history, checks, ...said }: SecretView): SecretItem => ({ ...said, mismatch: checks.some(({ fits }) => fits === false) });

const placed = <A>({ key, entry }: Row<A>): Placed<A> => ({ place: key, item: entry });

const secrets =
  (rows: Rows): ReadModels['secrets'] =>
  async (wanted) => {
    const prefix = wanted.prefix ?? '';
    const under = secretsUnder(prefix);
    if (under === undefined) return right(nothing);
    const isFound = searching(wanted.search);
    const isWanted = ({ entry: { path, status } }: Row<SecretView>): boolean =>
      (wanted.status === null ? status !== 'deleted' : status === wanted.status) && path.startsWith(prefix) && isFound(path);
    return map(await rows.list(SecretView, 'catalog', under), (found) => {
      const page = paged(found.filter(isWanted).map(placed), wanted);
      return { ...page, items: page.items.map(secretItem) };
    });
  };

/** Of each list of what belongs to a secret. */
const SHOWN_MAX = 500;
const SHOWN_BYTES = 120 * 1024;
const shown = <A>(rows: ReadonlyArray<Row<A>>): ReadonlyArray<A> => fitting(rows.map(({ entry }) => entry), SHOWN_MAX, SHOWN_BYTES);

const running =
  (now: number) =>
  (view: RolloutView): RolloutItem => {
    const processes = view.processes.filter(({ at }) => now - at < ENDED_MS);
    // Of these nobody can tell: some clients say it once only.
    return { ...view, processes, unheard: (view.processes.length - processes.length) as Count };
  };

const secret =
  (rows: Rows): ReadModels['secret'] =>
  async (path, now) => {
    const found = await rows.one(SecretView, 'catalog', secretKey(path));
    if (isLeft(found)) return found;
    const view = found.right;
    if (view === undefined) return right(undefined);
    const usage = await rows.list(UsageView, 'usage', { keys: usageOfPath(path) });
    if (isLeft(usage)) return usage;
    const rollout = await rows.list(RolloutView, 'rollout', { keys: rolloutOfPath(path) });
    if (isLeft(rollout)) return rollout;
    return map(await rows.list(AccessView, 'access'), (all) => {
      const about = all.filter(({ entry: { target } }) => covers(target, path));
      const lists = { usage: shown(usage.right), rollout: shown(rollout.right).map(running(now)), access: shown(about) };
      const more = lists.usage.length < usage.right.length || lists.rollout.length < rollout.right.length || lists.access.length < about.length;
      return { secret: view, ...lists, more };
    });
  };

const missing =
  (rows: Rows): ReadModels['missing'] =>
  async (wanted) => {
    const isFound = searching(wanted.search);
    const found = await rows.list(SecretView, 'catalog', { where: (key) => !isNamespaceKey(key) });
    if (isLeft(found)) return found;
    const page = paged(found.right.filter(({ entry: { path, status } }) => status === 'stub' && isFound(path)).map(placed), wanted);
    return map(await missingViews(rows, page.items), (items) => ({ ...page, items }));
  };

const namespaces =
  (rows: Rows): ReadModels['namespaces'] =>
  async (wanted) => {
    const isFound = searching(wanted.search);
    const found = await rows.list(NamespaceView, 'catalog', { keys: allNamespaces });
    if (isLeft(found)) return found;
    const page = paged(found.right.filter(({ entry: { namespace } }) => isFound(namespace)).map(placed), wanted);
    return map(await namespaceItems(rows, page.items), (items) => ({ ...page, items }));
  };

const services =
  (rows: Rows): ReadModels['services'] =>
  async (wanted, now) => {
    const { service, search, status } = wanted;
    const isFound = searching(search);
    const found = await rows.list(ServiceView, 'services', service === null ? {} : { keys: service });
    if (isLeft(found)) return found;
    const isWanted = ({ entry }: Row<ServiceView>): boolean => isFound(entry.service) && (status === null || entry.credentials.some((one) => one.status === status));
    const page = paged(found.right.filter(isWanted).map(placed), wanted);
    return map(await serviceItems(rows, page.items, now), (items) => ({ ...page, items }));
  };

const credentials =
  (rows: Rows): ReadModels['credentials'] =>
  async (wanted) => {
    const { service, status } = wanted;
    const found = await rows.list(ServiceView, 'services', service === null ? {} : { keys: service });
    const itemsOf = ({ entry }: Row<ServiceView>): ReadonlyArray<CredentialItem> => entry.credentials.map((one) => ({ service: entry.service, ...one }));
    const placeOf = (item: CredentialItem): Placed<CredentialItem> => ({ place: `${item.service} ${item.fingerprint}`, item });
    return map(found, (all) => paged(all.flatMap(itemsOf).filter((one) => status === null || one.status === status).map(placeOf).sort(byPlace), wanted));
  };

const access =
  (rows: Rows): ReadModels['access'] =>
  async (wanted) => {
    const { service, path, status } = wanted;
    const concerns = ({ target }: AccessView): boolean => path === null || overlap(target, path);
    const found = await rows.list(AccessView, 'access', service === null ? {} : { keys: accessOfService(service) });
    return map(found, (all) => paged(all.filter(({ entry }) => (status === null || entry.status === status) && concerns(entry)).map(placed), wanted));
  };

/** By the place in the log, and where that is the same by the key. */
const bySeq = ({ key, entry }: Row<InboxView>): Placed<InboxView> => ({ place: `${String(entry.seq).padStart(16, '0')} ${key}`, item: entry });

const inbox =
  (rows: Rows): ReadModels['inbox'] =>
  async (wanted, now) => {
    const isOpen = ({ entry: { kind, since } }: Row<InboxView>): boolean => kind !== 'credential' || now < since + PENDING_MS;
    const cards = await rows.list(InboxView, 'inbox');
    if (isLeft(cards)) return cards;
    const page = paged(cards.right.filter(isOpen).map(bySeq).sort(byPlace), wanted);
    return map(await inboxItems(rows, page.items), (items) => ({ ...page, items }));
  };

export const readModels = (rows: Rows): ReadModels => ({
  secrets: secrets(rows),
  secret: secret(rows),
  missing: missing(rows),
  namespaces: namespaces(rows),
  services: services(rows),
  credentials: credentials(rows),
  access: access(rows),
  inbox: inbox(rows),
  checkpoints: async () =>
    map(await rows.list(ProjectionView, 'checkpoints', { where: (key) => PROJECTIONS.some((name) => name === key) }), (found) => found.map(({ entry }) => entry)),
});
