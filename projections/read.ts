/** What services ask of the read models. Nothing is decided from the answers: they may be of a moment ago. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { Type } from 'io-ts';
import type { Unavailable } from '../events/log/log.ts';
import { Namespace, type SecretPath, type ServiceName } from '../events/vocabulary.ts';
import { PENDING_MS } from '../events/world.ts';
import { AccessView, InboxView, NamespaceView, ProjectionView, RolloutView, SecretView, ServiceView, UsageView } from '../protocol/views.ts';
import { accessOfService, allNamespaces, isNamespaceKey, rolloutOfPath, secretKey, secretsBelow, usageOfPath } from './keys.ts';
import { PROJECTIONS } from './projection.ts';
import type { Bucket, ViewStore, Wanted } from './view-store.ts';

/** An entry that nobody's fold can have made: a rebuild mends it. */
export type BadEntry = { readonly _tag: 'bad_entry'; readonly bucket: Bucket; readonly key: string };
export type NotRead = Unavailable | BadEntry;
type SecretShown = { readonly secret: SecretView; readonly usage: ReadonlyArray<UsageView>; readonly rollout: ReadonlyArray<RolloutView> };
type Answer<A> = Promise<Either<NotRead, A>>;

export type ReadModels = {
  /** Secrets whose path begins with a text; not what is deleted. */
  readonly secrets: (prefix: string | null) => Answer<ReadonlyArray<SecretView>>;
  /** Also one that is deleted, for its history; with the reads of it by every service, and what their processes run. Undefined if it never was. */
  readonly secret: (path: SecretPath) => Answer<SecretShown | undefined>;
  readonly namespaces: () => Answer<ReadonlyArray<NamespaceView>>;
  readonly services: (service: ServiceName | null) => Answer<ReadonlyArray<ServiceView>>;
  /** `pending`: only what waits for a decision. */
  readonly access: (wanted: { readonly service: ServiceName | null; readonly pending: boolean }) => Answer<ReadonlyArray<AccessView>>;
  /** The oldest first. @param now milliseconds; credentials that have expired by then are left out */
  readonly inbox: (now: number) => Answer<ReadonlyArray<InboxView>>;
  readonly checkpoints: () => Answer<ReadonlyArray<ProjectionView>>;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

type Place = { readonly bucket: Bucket; readonly key: string };

const decode = <A>(codec: Type<A, unknown>, { bucket, key }: Place, text: string): Either<BadEntry, A> => {
  const decoded = codec.decode(parse(text));
  return isLeft(decoded) ? left({ _tag: 'bad_entry', bucket, key }) : decoded;
};

const list =
  (store: ViewStore) =>
  async <A>(codec: Type<A, unknown>, bucket: Bucket, wanted: Wanted = {}): Answer<ReadonlyArray<A>> => {
    const entries = await store.entries(bucket, wanted)();
    if (isLeft(entries)) return entries;
    const found: A[] = [];
    for (const { key, value } of entries.right) {
      const decoded = decode(codec, { bucket, key }, value);
      if (isLeft(decoded)) return decoded;
      found.push(decoded.right);
    }
    return right(found);
  };

const one =
  (store: ViewStore) =>
  async <A>(codec: Type<A, unknown>, bucket: Bucket, key: string): Answer<A | undefined> => {
    const slot = await store.get(bucket, key)();
    if (isLeft(slot)) return slot;
    return slot.right.value === null ? right(undefined) : decode(codec, { bucket, key }, slot.right.value);
  };

const map = <A, B>(answer: Either<NotRead, A>, to: (a: A) => B): Either<NotRead, B> => (isLeft(answer) ? answer : right(to(answer.right)));

/** Only the secrets below the namespaces that the text names whole are fetched; undefined if it can begin no path. */
const secretsUnder = (prefix: string): Wanted | undefined => {
  const where = (key: string): boolean => !isNamespaceKey(key);
  const end = prefix.lastIndexOf('/');
  if (end < 0) return { where };
  const namespace = Namespace.decode(prefix.slice(0, end));
  return isLeft(namespace) ? undefined : { keys: secretsBelow(namespace.right), where };
};

const secrets =
  (store: ViewStore): ReadModels['secrets'] =>
  async (prefix) => {
    const wanted = secretsUnder(prefix ?? '');
    if (wanted === undefined) return right([]);
    const found = await list(store)(SecretView, 'catalog', wanted);
    return map(found, (views) => views.filter(({ path, status }) => status !== 'deleted' && path.startsWith(prefix ?? '')));
  };

const secret =
  (store: ViewStore): ReadModels['secret'] =>
  async (path) => {
    const found = await one(store)(SecretView, 'catalog', secretKey(path));
    if (isLeft(found)) return found;
    const view = found.right;
    if (view === undefined) return right(undefined);
    const usage = await list(store)(UsageView, 'usage', { keys: usageOfPath(path) });
    if (isLeft(usage)) return usage;
    return map(await list(store)(RolloutView, 'rollout', { keys: rolloutOfPath(path) }), (rollout) => ({ secret: view, usage: usage.right, rollout }));
  };

const services =
  (store: ViewStore): ReadModels['services'] =>
  async (service) =>
    list(store)(ServiceView, 'services', service === null ? {} : { keys: service });

const access =
  (store: ViewStore): ReadModels['access'] =>
  async ({ service, pending }) => {
    const found = await list(store)(AccessView, 'access', service === null ? {} : { keys: accessOfService(service) });
    return map(found, (views) => views.filter(({ status }) => !pending || status === 'requested'));
  };

const inbox =
  (store: ViewStore): ReadModels['inbox'] =>
  async (now) => {
    const isOpen = ({ kind, since }: InboxView): boolean => kind !== 'credential' || now < since + PENDING_MS;
    const found = await list(store)(InboxView, 'inbox');
    return map(found, (cards) => cards.filter(isOpen).sort((a, b) => a.seq - b.seq));
  };

export const readModels = (store: ViewStore): ReadModels => ({
  secrets: secrets(store),
  secret: secret(store),
  namespaces: () => list(store)(NamespaceView, 'catalog', { keys: allNamespaces }),
  services: services(store),
  access: access(store),
  inbox: inbox(store),
  checkpoints: () => list(store)(ProjectionView, 'checkpoints', { where: (key) => PROJECTIONS.some((name) => name === key) }),
});
