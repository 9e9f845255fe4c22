/**
 * One stream of changes for all tabs of a browser. To one place it opens six connections by HTTP/1.1 and no more, and a stream keeps its
 * own for as long as it lives: the sixth tab would wait for ever for whatever it asks. One tab listens, and tells the others; when it
 * is closed another one does.
 */
import type { Source } from './live.ts';

type Told = { readonly event: 'open' | 'error' | 'change' | 'reset'; readonly data?: unknown };
type Message = Told | { readonly event: 'who' };

/** What a browser has for it; in none but a secure context there are locks. */
export type Tabs = {
  readonly open: (url: string) => Source;
  readonly locks: Pick<LockManager, 'request'>;
  readonly channel: (name: string) => Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>;
};

const CONNECTING = 0;

type Listener = (event: MessageEvent) => void;

/** A source that hears what it is told. @param readyState as of the one that truly listens */
const makeSource = (readyState: () => number, close: () => void) => {
  const listeners = new Map<string, Listener>();
  const source = {
    get readyState() {
      return readyState();
    },
    onopen: null as (() => void) | null,
    onerror: null as (() => void) | null,
    addEventListener: (type: string, listener: Listener) => void listeners.set(type, listener),
    close,
  };
  const hear = ({ event, data }: Told): void => {
    if (event === 'open') source.onopen?.();
    else if (event === 'error') source.onerror?.();
    else listeners.get(event)?.({ data } as MessageEvent);
  };
  return { source: source as unknown as Source, hear };
};

/** Listens for all tabs, until it is closed. */
const listening = (source: Source, tell: (told: Told) => void, over: AbortSignal): Promise<void> => {
  source.onopen = () => tell({ event: 'open' });
  source.onerror = () => tell({ event: 'error' });
  for (const event of ['change', 'reset'] as const) source.addEventListener(event, ({ data }: MessageEvent) => tell({ event, data }));
  return new Promise((resolve) =>
    over.addEventListener('abort', () => {
      source.close();
      resolve();
    }),
  );
};

export const sharedBy =
  ({ open, locks, channel: channelOf }: Tabs) =>
  (url: string): Source => {
    const name = `jetlock ${url}`;
    const [channel, over] = [channelOf(name), new AbortController()];
    const close = (): void => {
      over.abort();
      channel.close();
    };
    let own: Source | undefined;
    const { source, hear } = makeSource(() => own?.readyState ?? CONNECTING, close);
    let last: Told | undefined;
    const heard = (told: Told): void => {
      if (told.event === 'open' || told.event === 'error') last = told;
      hear(told);
    };
    const tell = (told: Told): void => {
      channel.postMessage(told);
      heard(told);
    };
    const listen = (): Promise<void> => {
      // Whoever told us is gone, and what has happened since was told to nobody.
      if (last !== undefined) tell({ event: 'error' });
      own = open(url);
      return listening(own, tell, over.signal);
    };
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.event !== 'who') heard(data);
      else if (own !== undefined && last !== undefined) channel.postMessage(last);
    };
    channel.postMessage({ event: 'who' });
    // Rejects where it was closed before its turn came.
    locks.request(name, { signal: over.signal }, listen).catch(() => undefined);
    return source;
  };
