/** What changed with the last messages of the log, for those who show it: names alone, which are asked for again. */
import { isNamespaceKey, named } from '../../projections/keys.ts';
import type { Spot } from '../../projections/models.ts';
import type { Applied } from '../../projections/session.ts';
import type { Changed, LiveChange } from '../../protocol/live.ts';
import type { Sequence } from '../../events/vocabulary.ts';

export type Change = Pick<LiveChange, 'seq' | 'inbox' | 'catalogue'>;

/** So many messages that changed something are remembered: who was away for longer asks for everything again. */
const KEPT = 2_000;

const afterDot = (key: string): string => key.slice(key.indexOf('.') + 1);
const beforeDot = (key: string): string => key.slice(0, key.indexOf('.'));
/** Of what belongs to a service. */
const both = (key: string): string => `${beforeDot(key)}:${named(afterDot(key))}`;

const inCatalogue = ({ bucket, key }: Spot): Changed | undefined => {
  switch (bucket) {
    case 'catalog':
      return isNamespaceKey(key) ? { kind: 'namespace', id: named(afterDot(key)) } : { kind: 'secret', id: named(key) };
    case 'services':
      return { kind: 'service', id: key };
    case 'access':
      return { kind: 'access', id: both(key) };
    default:
      return undefined;
  }
};

const inInbox = ({ bucket, key }: Spot): Changed | undefined => {
  if (bucket !== 'inbox') return undefined;
  const [kind, of] = [beforeDot(key), afterDot(key)];
  if (kind === 'credential') return { kind, id: `${beforeDot(of)}:${afterDot(of)}` };
  return kind === 'access' ? { kind, id: both(of) } : { kind: kind as 'missing' | 'mismatch', id: named(of) };
};

const of = (spots: ReadonlyArray<Spot>, to: (spot: Spot) => Changed | undefined): ReadonlyArray<Changed> => spots.flatMap((spot) => to(spot) ?? []);

export type Changes = {
  readonly add: (applied: Applied) => void;
  /** Those after a sequence, the oldest first; undefined if not all of them are remembered. */
  readonly since: (seq: number) => ReadonlyArray<Change> | undefined;
};

export const makeChanges = (kept = KEPT): Changes => {
  const changes: Change[] = [];
  let forgotten = 0;
  return {
    add: ({ noted: { seq }, changed }) => {
      const [inbox, catalogue] = [of(changed, inInbox), of(changed, inCatalogue)];
      // A rebuild folds all of it again.
      if (inbox.length + catalogue.length === 0 || seq <= (changes.at(-1)?.seq ?? forgotten)) return;
      changes.push({ seq: seq as Sequence, inbox, catalogue });
      if (changes.length <= kept * 2) return;
      forgotten = changes[changes.length - kept - 1]?.seq ?? forgotten;
      changes.splice(0, changes.length - kept);
    },
    since: (seq) => (seq < forgotten ? undefined : changes.slice(changes.findLastIndex((change) => change.seq <= seq) + 1)),
  };
};
