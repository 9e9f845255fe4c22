/** Values that a test sets. */
import type { ServiceName } from '../../events/vocabulary.ts';
import { newBell } from '../bell.ts';
import { ABORTED, CLOSED, JetlockError } from '../error.ts';
import { notAvailable } from '../missing.ts';
import { systemTime } from '../retry.ts';
import type { Got, Source } from '../source.ts';

export type FakeSource = {
  readonly source: Source;
  /** The next version of a key; the same value again makes none. */
  readonly set: (key: string, value: string) => void;
  readonly refuse: (key: string) => void;
};

type Kept = { readonly version: number; readonly value: string; readonly refused: boolean };

const gotOf = (kept: Kept | undefined): Got | undefined => (kept === undefined || kept.refused ? undefined : { version: kept.version, text: () => kept.value });

/** Waits for what is not there yet. */
const waiting =
  ({ read, listen, missing }: Pick<Source, 'read' | 'listen' | 'missing'>): Source['wait'] =>
  async (wishes, { timeoutMs, signal }) => {
    const end = Date.now() + timeoutMs;
    const bell = newBell(systemTime, signal);
    const listening = await listen(bell.ring);
    try {
      for (;;) {
        if (signal?.aborted === true) throw new JetlockError(ABORTED);
        const got = await read(wishes);
        const lacking = wishes.filter(({ key }) => !got.has(key));
        if (lacking.length === 0) return got;
        if (Date.now() >= end) throw missing(lacking, wishes.length);
        await bell.heard(end - Date.now());
      }
    } finally {
      listening.close();
      bell.silence();
    }
  };

/** What is kept, and who is told when that changes. */
const newStore = () => {
  const kept = new Map<string, Kept>();
  const listeners = new Set<() => void>();
  const tell = () => [...listeners].forEach((listener) => listener());
  const set: FakeSource['set'] = (key, value) => {
    const before = kept.get(key);
    const isSame = before?.value === value && before.version > 0;
    kept.set(key, { version: isSame ? before.version : (before?.version ?? 0) + 1, value, refused: false });
    tell();
  };
  const refuse: FakeSource['refuse'] = (key) => {
    kept.set(key, { ...(kept.get(key) ?? { version: 0, value: '' }), refused: true });
    tell();
  };
  return { kept, listeners, tell, set, refuse };
};

export const fakeSource = (): FakeSource => {
  const { kept, listeners, tell, set, refuse } = newStore();
  let closed = false;
  const missing: Source['missing'] = (wishes, asked) => notAvailable('fake' as ServiceName, wishes, asked);
  const read: Source['read'] = async (wishes) => {
    if (closed) throw new JetlockError(CLOSED);
    return new Map(wishes.flatMap(({ key }): ReadonlyArray<[string, Got]> => ((got) => (got === undefined ? [] : [[key, got]]))(gotOf(kept.get(key)))));
  };
  const listen: Source['listen'] = async (listener) => {
    listeners.add(listener);
    return { close: () => void listeners.delete(listener) };
  };
  const close = async (): Promise<void> => {
    closed = true;
    tell();
  };
  return { source: { read, wait: waiting({ read, listen, missing }), missing, current: (key) => gotOf(kept.get(key))?.version ?? 0, gapMs: 0, listen, close }, set, refuse };
};
