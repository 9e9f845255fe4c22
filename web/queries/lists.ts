/** Lists and single things, asked of the service and asked again when something about them changes. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, toValue, type MaybeRefOrGetter } from 'vue';
import type { QueryReply } from '../../protocol/operations.ts';
import type { AccessView, AdminView, ApiTokenView, InboxItem, KeySignedView } from '../../protocol/views.ts';
import type { AuditEntry, CredentialItem, HealthView, MissingView, NamespaceItem, ReadsView, SecretItem, ServiceItem } from '../../protocol/pages.ts';
import type { Page } from '../../protocol/paging.ts';
import { ApiError } from '../api/failure.ts';
import type { Params } from '../api/http.ts';
import type { Topic } from '../api/live.ts';
import { segment } from '../api/routes.ts';
import { ROOT_KEY, useJetlock } from './jetlock.ts';

const UNTOLD_MS = 5_000;

/** While nobody tells of changes everything is asked again by the clock, and so is always what could not be answered just then. */
const useInterval = (everyMs: number | false) => {
  const { live } = useJetlock();
  return computed(() => {
    const usual = live.state.value === 'live' ? everyMs : UNTOLD_MS;
    return ({ state: { error } }: { readonly state: { readonly error: Error | null } }) => (error instanceof ApiError && error.retryable ? UNTOLD_MS : usual);
  });
};

/** One answer. */
export const useAsked = <A>(topic: Topic, path: MaybeRefOrGetter<string>, params: MaybeRefOrGetter<Params> = {}, everyMs: number | false = false) => {
  const { client } = useJetlock();
  return useQuery({
    queryKey: computed(() => [ROOT_KEY, topic, toValue(path), toValue(params)]),
    queryFn: () => client.http.get<A>(toValue(path), toValue(params)),
    refetchInterval: useInterval(everyMs),
  });
};

/** A list that comes page by page; `items` are all that have come. */
export const usePages = <A>(topic: Topic, path: string, params: MaybeRefOrGetter<Params> = {}) => {
  const { client } = useJetlock();
  const query = useInfiniteQuery({
    queryKey: computed(() => [ROOT_KEY, topic, path, toValue(params), 'pages']),
    queryFn: ({ pageParam }) => client.http.get<Page<A>>(path, { ...toValue(params), after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: useInterval(false),
    placeholderData: keepPreviousData,
  });
  const items = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? []);
  const total = computed(() => query.data.value?.pages[0]?.total ?? undefined);
  return { ...query, items, total };
};

type Narrowed = MaybeRefOrGetter<Params>;

/** All that waits for an admin, as far as one page goes: 200. */
export const useInbox = () => useAsked<Page<InboxItem>>('inbox', '/inbox', { limit: 200 });
export const useSecrets = (params: Narrowed = {}) => usePages<SecretItem>('catalogue', '/secrets', params);
export const useSecret = (path: MaybeRefOrGetter<string>) => useAsked<QueryReply<'secret.show'>>('catalogue', () => `/secrets/${segment(toValue(path))}`);
/** Reads of a secret over time. */
export const useReads = (path: MaybeRefOrGetter<string>, params: Narrowed = {}) => useAsked<ReadsView>('audit', () => `/secrets/${segment(toValue(path))}/reads`, params);
export const useMissingSecrets = (params: Narrowed = {}) => usePages<MissingView>('inbox', '/missing-secrets', params);
export const useNamespaces = (params: Narrowed = {}) => usePages<NamespaceItem>('catalogue', '/namespaces', params);
export const useServices = (params: Narrowed = {}) => usePages<ServiceItem>('catalogue', '/services', params);
/** Credentials of services, one by one. */
export const useServiceTokens = (params: Narrowed = {}) => usePages<CredentialItem>('catalogue', '/service-tokens', params);
export const useAccess = (params: Narrowed = {}) => usePages<AccessView>('catalogue', '/access-requests', params);
export const useAudit = (params: Narrowed = {}) => usePages<AuditEntry>('audit', '/audit', params);
const HEALTH_EVERY_MS = 10_000;
export const useHealth = () => useAsked<HealthView>('catalogue', '/health', {}, HEALTH_EVERY_MS);
export const useAdmins = () => usePages<AdminView>('catalogue', '/admins');
/** What is in force of all that a key has signed. */
export const useKeySigned = (fingerprint: MaybeRefOrGetter<string>) => useAsked<KeySignedView>('catalogue', () => `/admin-keys/${segment(toValue(fingerprint))}/signed`);
export const useApiTokens = () => usePages<ApiTokenView>('catalogue', '/api-tokens');
