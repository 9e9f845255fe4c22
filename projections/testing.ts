/** What tests of read models share. */
import { makeFold } from '../events/fold/fold.ts';
import { logCrypto, type History } from '../tests/support/history.ts';
import { newModels } from './models.ts';
import type { ProjectionName } from './projection.ts';

/** All stored entries after a history, `bucket key` to text, folded from its first message by a fold of its own. */
export const storedAfter = ({ subjects, messages }: Pick<History, 'subjects' | 'messages'>): ReadonlyMap<string, string> => {
  const fold = makeFold(subjects, logCrypto);
  const models = newModels();
  for (const message of messages) models.apply(fold.apply(message));
  return new Map([...models.spots()].map((spot) => [`${spot.bucket} ${spot.key}`, models.encoded(spot) ?? '']));
};

/** The entries of one read model after a history, by their keys. */
export const entriesAfter = (history: History, bucket: ProjectionName): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...storedAfter(history)].flatMap(([spot, text]) => {
      const [name, key = ''] = spot.split(' ');
      return name === bucket ? [[key, JSON.parse(text)]] : [];
    }),
  );
