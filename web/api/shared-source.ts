/**
 * One stream of changes for all tabs of a browser. To one place it opens six connections by HTTP/1.1 and no more, and a stream keeps its
 * own for as long as it lives: the sixth tab would wait for ever for whatever it asks. One tab listens, and tells the others; when it
 * is closed another one does.
 */
import type { Source } from './live.ts';

type Told = { readonly event: 'open' | 'error' | 'change' | 'reset'; readonly data?: unknown };
/** `who`: is there anybody who listens? `here`: yes, and nothing has been heard yet. */
type Message = Told | { readonly event: 'who' | 'here' };

/** What a browser has for it; in none but a secure context there are locks. */
export type Tabs = {
  readonly open: (url: string) => Source;
  readonly locks: Pick<LockManager, 'request'>;
  readonly channel: (name: string) => Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>;
  /** Calls the listener whenever the tab is looked at again, until the signal. */
  readonly onShown: (listener: () => void, over: AbortSignal) => void;
};

/** A tab that the browser has put to sleep keeps its lock, and tells nobody anything. */
const SILENT_MS = 3_000;
const LOOK_EVERY_MS = 30_000;
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

/** What a tab knows: the stream that is its own, where it is the one that listens, and what it was told last. */
type Known = { own?: Source | undefined; last?: Told; answers: number };

/** A tab among the others, whether it listens or is told. */
const makeTab = (url: string, { open, channel: channelOf }: Tabs) => {
  const [channel, over] = [channelOf(`jetlock ${url}`), new AbortController()];
  const known: Known = { answers: 0 };
  const close = (): void => {
    over.abort();
    channel.close();
  };
  const { source, hear } = makeSource(() => known.own?.readyState ?? CONNECTING, close);
  const heard = (told: Told): void => {
    if (told.event === 'open' || told.event === 'error') known.last = told;
    hear(told);
  };
  const tell = (told: Told): void => {
    channel.postMessage(told);
    heard(told);
  };
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    const { event } = data;
    if (event !== 'who') known.answers += 1;
    else if (known.own !== undefined) channel.postMessage(known.last ?? { event: 'here' });
    // How its own stream is, the one that listens knows best: another was asleep, and does not know yet that it is not the one any more.
    if (event !== 'who' && event !== 'here' && known.own === undefined) heard({ ...data, event });
  };
  const listen = (isStolen: boolean): Promise<void> => {
    if (over.signal.aborted) return Promise.resolve();
    // Whoever told the others is gone, and what has happened since was told to nobody.
    if (isStolen || known.last !== undefined) channel.postMessage({ event: 'error' });
    if (known.last !== undefined) heard({ event: 'error' });
    known.own = open(url);
    return listening(known.own, tell, over.signal);
  };
  const leave = (): void => {
    known.own?.close();
    known.own = undefined;
    heard({ event: 'error' });
    channel.postMessage({ event: 'who' });
  };
  return { source, over: over.signal, listen, leave, isListenedTo: () => isListenedTo(known, () => channel.postMessage({ event: 'who' })) };
};

/** Whether it listens itself, or somebody says within the time that they do. */
const isListenedTo = async (known: Known, ask: () => void): Promise<boolean> => {
  const before = known.answers;
  ask();
  await new Promise((resolve) => setTimeout(resolve, SILENT_MS));
  return known.own !== undefined || known.answers > before;
};

export const sharedBy =
  (tabs: Tabs) =>
  (url: string): Source => {
    const { source, over, listen, leave, isListenedTo } = makeTab(url, tabs);
    const lock = (options: LockOptions): Promise<unknown> => tabs.locks.request(`jetlock ${url}`, options, () => listen(options.steal === true));
    const isRobbed = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
    const inTurn = (): Promise<unknown> => lock({ signal: over }).catch(lost);
    /** It was closed before its turn came; or it was asleep, and another tab has taken its place; or the browser has no locks for this page. */
    const lost = (error: unknown): unknown => {
      if (over.aborted) return undefined;
      if (!isRobbed(error)) return listen(false);
      leave();
      return inTurn();
    };
    const look = async (): Promise<void> => {
      if (!(await isListenedTo()) && !over.aborted) await lock({ steal: true }).catch(() => over.aborted || leave());
    };
    void inTurn();
    void look();
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    over.addEventListener('abort', () => clearInterval(timer));
    tabs.onShown(() => void look(), over);
    return source;
  };
