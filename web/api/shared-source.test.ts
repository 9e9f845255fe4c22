/** Several tabs of one browser, and the one stream that they have. */
import test from 'ava';
import { eventually } from '../../tests/support/poll.ts';
import { sharedBy, type Tabs } from './shared-source.ts';

type Heard = (event: MessageEvent) => void;
type Opened = { readonly say: (event: 'open' | 'error' | 'change', data?: string) => void; readonly isClosed: () => boolean };

/** A browser in memory: who asks for a lock has it in their turn, what one posts all others hear. */
const browser = () => {
  const opened: Opened[] = [];
  const shown: Array<() => void> = [];
  const open: Tabs['open'] = () => {
    const listeners = new Map<string, Heard>();
    const source = { readyState: 0, onopen: null as (() => void) | null, onerror: null as (() => void) | null, addEventListener: (type: string, heard: Heard) => listeners.set(type, heard), close: () => (source.readyState = 2) };
    const say: Opened['say'] = (event, data) => (event === 'open' ? source.onopen?.() : event === 'error' ? source.onerror?.() : listeners.get(event)?.({ data } as MessageEvent));
    opened.push({ say, isClosed: () => source.readyState === 2 });
    return source as never;
  };
  const waiting: Array<() => void> = [];
  let holder: { readonly rob: () => void } | undefined;
  const grant = (): void => (holder === undefined ? waiting.shift()?.() : undefined);
  const request = (_name: string, { signal, steal = false }: { readonly signal?: AbortSignal; readonly steal?: boolean }, held: () => Promise<void>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        const own = { rob: () => reject(Object.assign(new Error('stolen'), { name: 'AbortError' })) };
        holder = own;
        void held().then(() => {
          resolve(undefined);
          if (holder !== own) return;
          holder = undefined;
          grant();
        });
      };
      const inTurn = (): void => (signal?.aborted === true ? grant() : begin());
      if (steal) {
        holder?.rob();
        return begin();
      }
      waiting.push(inTurn);
      return grant();
    });
  const channels = new Set<{ onmessage: Heard | null }>();
  const channel = () => {
    const own = { onmessage: null as Heard | null, close: () => void channels.delete(own), postMessage: (data: unknown) => void Promise.resolve().then(() => [...channels].filter((one) => one !== own).forEach(({ onmessage }) => onmessage?.({ data } as MessageEvent))) };
    channels.add(own);
    return own;
  };
  return { opened, newTab: sharedBy({ open, locks: { request } as never, channel, onShown: (listener) => void shown.push(listener) }), channels, show: () => shown.forEach((does) => does()) };
};

const tabOf = (newTab: ReturnType<typeof browser>['newTab']) => {
  const source = newTab('/events');
  const heard: string[] = [];
  source.onopen = () => heard.push('open');
  source.onerror = () => heard.push('error');
  source.addEventListener('change', ({ data }: MessageEvent) => heard.push(String(data)));
  return { source, heard: () => heard.splice(0) };
};

const turns = async (): Promise<void> => {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
};

test('of many tabs one listens, and all hear; when it is closed another one does, and everybody asks anew', async (t) => {
  const { opened, newTab } = browser();
  const [first, second] = [tabOf(newTab), tabOf(newTab)];
  await turns();
  opened[0]?.say('open');
  opened[0]?.say('change', 'one');
  await turns();
  t.deepEqual([first.heard(), second.heard()], [['open', 'one'], ['open', 'one']]);
  const third = tabOf(newTab);
  await turns();
  t.deepEqual(third.heard(), ['open'], 'who comes later is told that it is live');
  t.is(opened.length, 1);
  first.source.close();
  await turns();
  t.true(opened[0]?.isClosed());
  t.is(opened.length, 2);
  for (const { heard } of [second, third]) t.is(heard().at(-1), 'error', 'what came in between was told to nobody');
  opened[1]?.say('open');
  opened[1]?.say('change', 'two');
  await turns();
  t.deepEqual([first.heard(), second.heard(), third.heard()], [[], ['open', 'two'], ['open', 'two']]);
  for (const { source } of [second, third]) source.close();
});

test('a tab that is closed before its turn never listens', async (t) => {
  const { opened, newTab } = browser();
  const [first, second] = [tabOf(newTab), tabOf(newTab)];
  second.source.close();
  first.source.close();
  await turns();
  t.deepEqual(opened.filter(({ isClosed }) => !isClosed()), []);
});

test('where the tab that listens is asleep, the one that is looked at takes its place; awake again it hears as the others do', async (t) => {
  const { opened, newTab, channels, show } = browser();
  const [asleep, looked] = [tabOf(newTab), tabOf(newTab)];
  await turns();
  opened[0]?.say('open');
  await turns();
  const [channel] = channels;
  const heard = channel!.onmessage;
  channel!.onmessage = null;
  show();
  await eventually(() => opened.length > 1 || undefined, 30_000, 'another to listen');
  channel!.onmessage = heard;
  t.true(opened[0]?.isClosed());
  opened[1]?.say('open');
  opened[1]?.say('change', 'two');
  await turns();
  t.deepEqual(looked.heard(), ['open', 'error', 'open', 'two']);
  t.deepEqual(asleep.heard(), ['open', 'error', 'open', 'two']);
  // Before it knows that it is the one no more: the other has a stream of its own.
  opened[0]?.say('error');
  await turns();
  t.deepEqual(looked.heard(), []);
  for (const { source } of [asleep, looked]) source.close();
});
