/** Changes as they happen: the service says that something of a topic has changed, and what was asked about it is asked again. */
import { ref, type Ref } from 'vue';
import { sharedBy } from './shared-source.ts';

export const TOPICS = ['inbox', 'catalogue', 'audit'] as const;
export type Topic = (typeof TOPICS)[number];

export type LiveState = 'connecting' | 'live' | 'lost';

export type Live = {
  readonly state: Readonly<Ref<LiveState>>;
  /** Since when changes are not told, milliseconds since 1970 UTC: what was asked before may be over. Undefined while they are. */
  readonly lostAt: Readonly<Ref<number | undefined>>;
  readonly start: () => void;
  readonly stop: () => void;
};

export type Source = Pick<EventSource, 'close' | 'readyState' | 'onopen' | 'onerror' | 'addEventListener'>;

export type LiveOptions = {
  readonly url: string;
  /** Told of every change, of each topic once at a loss, to see who answers, and once after it: nobody knows what was missed. */
  readonly onChange: (topic: Topic) => void;
  /** Before it is tried anew where the service did not let it in. */
  readonly onRefused: () => Promise<unknown>;
  readonly open?: (url: string) => Source;
};

const AGAIN_MS = 3_000;
const CLOSED = 2;

/** The topics that a message tells changes of. What is not understood may be about any. */
export const topicsIn = (data: unknown): ReadonlyArray<Topic> => {
  try {
    const told = JSON.parse(String(data)) as Readonly<Record<string, unknown>>;
    return TOPICS.filter((topic) => Array.isArray(told[topic]) && told[topic].length > 0);
  } catch {
    return TOPICS;
  }
};

const opened = (url: string): Source => new EventSource(url);

const onShown = (listener: () => void, over: AbortSignal): void =>
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && listener(), { signal: over });

/** With the other tabs, where the browser lets them know of each other. */
const openedWithOthers = (url: string): Source =>
  'locks' in navigator ? sharedBy({ open: opened, locks: navigator.locks, channel: (name) => new BroadcastChannel(name), onShown })(url) : opened(url);

/** Listens for as long as it is started. The browser connects again by itself, and we where it gives up. */
export const makeLive = ({ url, onChange, onRefused, open = openedWithOthers }: LiveOptions): Live => {
  const state = ref<LiveState>('connecting');
  const lostAt = ref<number>();
  let source: Source | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const all = () => TOPICS.forEach(onChange);
  const isOpen = () => {
    if (lostAt.value !== undefined) all();
    lostAt.value = undefined;
    state.value = 'live';
  };
  const again = () => {
    const closed = source;
    closed?.close();
    // Meanwhile it may have been stopped, or started anew.
    const goOn = () => source === closed && connect();
    timer = setTimeout(() => void onRefused().then(goOn, goOn), AGAIN_MS);
  };
  const lost = () => {
    if (lostAt.value === undefined) all();
    lostAt.value ??= Date.now();
    state.value = 'lost';
    if (source?.readyState === CLOSED) again();
  };
  const connect = () => {
    source = open(`${url}?topics=${TOPICS.join(',')}`);
    source.onopen = isOpen;
    source.onerror = lost;
    source.addEventListener('change', ({ data }: MessageEvent) => topicsIn(data).forEach(onChange));
    source.addEventListener('reset', all);
  };
  const stop = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
    lostAt.value = undefined;
    state.value = 'connecting';
  };
  return { state, lostAt, start: () => (stop(), connect()), stop };
};
