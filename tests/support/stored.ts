/** What read models hold after a history, and what a store holds. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { makeFold } from '../../events/fold/fold.ts';
import { logCrypto, type History } from './history.ts';
import { hash } from '../../crypto/hash.ts';
import { utf8 } from '../../crypto/bytes.ts';
import { notedOf } from '../../projections/audit/kinds.ts';
import { newModels } from '../../projections/models.ts';
import { factsOf, PROJECTIONS, type ProjectionName } from '../../projections/projection.ts';
import type { ViewStore } from '../../projections/view-store.ts';

/** Texts of entries by `bucket key`. */
export type Stored = Readonly<Record<string, string>>;

const digestOf = (text: string): string => hash(utf8(text));

/** All stored entries after a history, folded from its first message by a fold of its own. */
export const storedAfter = ({ subjects, messages }: Pick<History, 'subjects' | 'messages'>): Stored => {
  const fold = makeFold(subjects, logCrypto);
  const models = newModels(digestOf);
  for (const message of messages) {
    const folded = fold.apply(message);
    models.apply(factsOf(folded, fold.world));
    models.note(notedOf(folded));
  }
  return Object.fromEntries(PROJECTIONS.flatMap((bucket) => [...models.keys(bucket)].map((key) => [`${bucket} ${key}`, models.encoded({ bucket, key }) ?? ''])));
};

/** The entries of one read model after a history, by their keys. */
export const entriesAfter = (history: History, bucket: ProjectionName): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(storedAfter(history)).flatMap(([spot, text]) => {
      const [name, key = ''] = spot.split(' ');
      return name === bucket ? [[key, JSON.parse(text)]] : [];
    }),
  );

/** What a store holds of the read models. */
export const storedIn = async (store: ViewStore): Promise<Stored> => {
  const found: Record<string, string> = {};
  for (const bucket of PROJECTIONS) {
    const entries = await store.entries(bucket)();
    if (isLeft(entries)) throw new Error(entries.left.why);
    for (const { key, value } of entries.right) found[`${bucket} ${key}`] = value;
  }
  return found;
};
