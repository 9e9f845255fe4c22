/** How components come to the service: a plugin for a Vue app, and what it provides. */
import { QueryClient, VueQueryPlugin, useQueryClient } from '@tanstack/vue-query';
import { inject, type App, type InjectionKey } from 'vue';
import { makeClient, type Client, type ClientOptions } from '../api/client.ts';
import { ApiError } from '../api/failure.ts';
import { makeLive, type Live, type Topic } from '../api/live.ts';

export type Jetlock = { readonly client: Client; readonly live: Live };

const KEY: InjectionKey<Jetlock> = Symbol('jetlock');

/** Bursts of changes make one question; every read is a line of the audit log. */
const TOGETHER_MS: Readonly<Record<Topic, number>> = { inbox: 50, catalogue: 150, audit: 1_000 };

/** The first part of every key of a query; the second is the topic whose changes touch it. */
export const ROOT_KEY = 'jetlock';

const refetcher = (queries: QueryClient) => {
  const waiting = new Set<Topic>();
  return (topic: Topic): void => {
    if (waiting.has(topic)) return;
    waiting.add(topic);
    setTimeout(() => {
      waiting.delete(topic);
      void queries.invalidateQueries({ queryKey: [ROOT_KEY, topic] });
    }, TOGETHER_MS[topic]);
  };
};

const RETRIES = 2;
const newQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      // Whether there is an internet says nothing of a service on this machine or beside it.
      mutations: { networkMode: 'always' },
      queries: { networkMode: 'always', staleTime: 10_000, retry: (failed, error) => failed < RETRIES && error instanceof ApiError && error.retryable },
    },
  });

export type JetlockOptions = ClientOptions & {
  /** The app's own, where it has one. */
  readonly queryClient?: QueryClient;
};

/** A plugin: `app.use(createJetlock())`. */
export const createJetlock = ({ queryClient, ...options }: JetlockOptions = {}) => {
  const client = makeClient(options);
  const queries = queryClient ?? newQueryClient();
  const live = makeLive({ url: `${client.baseUrl}/events`, onChange: refetcher(queries), onRefused: client.session.resume });
  const install = (app: App): void => {
    if (queryClient === undefined) app.use(VueQueryPlugin, { queryClient: queries });
    app.provide(KEY, { client, live });
  };
  return { install, client, live };
};

/** The service, within an app that uses the plugin. */
export const useJetlock = (): Jetlock => {
  const jetlock = inject(KEY);
  if (jetlock === undefined) throw new Error('app.use(createJetlock()) comes first');
  return jetlock;
};

/** Asks again whatever a topic touches. */
export const useRefresh = (): ((...topics: ReadonlyArray<Topic>) => Promise<void>) => {
  const queries = useQueryClient();
  return async (...topics) => {
    await Promise.all(topics.map((topic) => queries.invalidateQueries({ queryKey: [ROOT_KEY, topic] })));
  };
};
