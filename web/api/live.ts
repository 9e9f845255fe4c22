/** Changes as they happen: the service says that something of a topic has changed, and what was asked about it is asked again. */
import { ref, type Ref } from 'vue';

export const TOPICS = ['inbox', 'catalogue', 'audit'] as const;
export type Topic = (typeof TOPICS)[number];

export type LiveState = 'connecting' | 'live' | 'lost';

export type Live = {
  readonly state: Readonly<Ref<LiveState>>;
  readonly start: () => void;
  readonly stop: () => void;
};

type Source = Pick<EventSource, 'close' | 'readyState' | 'onopen' | 'onerror' | 'addEventListener'>;

export type LiveOptions = {
  readonly url: string;
  /** Told of every change, and of each topic once after a loss: nobody knows what was missed. */
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

/** Listens for as long as it is started. The browser connects again by itself, and we where it gives up. */
export const makeLive = ({ url, onChange, onRefused, open = (at) => new EventSource(at) }: LiveOptions): Live => {
  const state = ref<LiveState>('connecting');
  let source: Source | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let missed = false;

  const opened = () => {
    if (missed) TOPICS.forEach(onChange);
    missed = false;
    state.value = 'live';
  };
  const again = () => {
    source?.close();
    timer = setTimeout(() => void onRefused().then(connect, connect), AGAIN_MS);
  };
  const lost = () => {
    missed = true;
    state.value = 'lost';
    if (source?.readyState === CLOSED) again();
  };
  const connect = () => {
    source = open(`${url}?topics=${TOPICS.join(',')}`);
    source.onopen = opened;
    source.onerror = lost;
    source.addEventListener('change', ({ data }: MessageEvent) => topicsIn(data).forEach(onChange));
    source.addEventListener('reset', () => TOPICS.forEach(onChange));
  };
  const stop = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
    state.value = 'connecting';
  };
  const start = () => {
    stop();
    connect();
  };
  return { state, start, stop };
};
