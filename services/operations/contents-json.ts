/**
 * What a namespace holds, as JSON that is ready to be sealed. Its values are opened once for all who read the same in a moment: the
 * fold has the very same list until something in the namespace changes, so what was made of a list is never told of another.
 */
import { LRUCache } from 'lru-cache';
import { Redacted } from '../../crypto/redacted.ts';
import { nameIn, type Version } from '../../events/vocabulary.ts';
import type { Present } from '../../events/world.ts';
import type { NamespaceContents } from '../../protocol/namespaces.ts';
import type { Values } from '../log/values.ts';
import { andThen, isLater, type Soon } from '../soon.ts';

/** What is in memory for longer than a moment is ciphertext. */
const KEPT_MS = 1_000;
const KEPT_CHARS = 8 * 1024 * 1024;
const ENTRY_CHARS = 100;

type Told = Values['told'];
type Content = NamespaceContents['secrets'][number];

const contentOf = (told: Told, { path, version }: Present): Soon<Content | undefined> =>
  andThen(told(path, version), (value) => (value === undefined ? undefined : { key: nameIn(path), version: version.version as Version, value }));

/** At once as long as all is at hand; what has to be fetched is fetched one after the other. */
const contentsOf = (told: Told, present: ReadonlyArray<Present>, done: ReadonlyArray<Content> = []): Soon<ReadonlyArray<Content> | undefined> => {
  const contents = [...done];
  for (const one of present.slice(done.length)) {
    const content = contentOf(told, one);
    if (isLater(content)) return content.then((fetched) => fetched && contentsOf(told, present, [...contents, fetched]));
    if (content === undefined) return undefined;
    contents.push(content);
  }
  return contents;
};

export type ContentsJson = {
  /**
   * The `secrets` of a `NamespaceContents`; undefined when a value cannot be had.
   * @param isWhole it is the fold's own list: another one is never asked for again
   */
  readonly of: (present: ReadonlyArray<Present>, isWhole: boolean) => Soon<Redacted<string> | undefined>;
  /** Keys were destroyed: nothing that was opened by them is told any more. */
  readonly forget: () => void;
};

export const makeContentsJson = ({ told }: Pick<Values, 'told'>): ContentsJson => {
  const kept = new LRUCache<ReadonlyArray<Present>, Redacted<string>>({ maxSize: KEPT_CHARS, sizeCalculation: (json) => json.reveal().length + ENTRY_CHARS, ttl: KEPT_MS, ttlAutopurge: true });
  const jsonOf = (contents: ReadonlyArray<Content> | undefined) => (contents === undefined ? undefined : new Redacted(JSON.stringify(contents)));
  return {
    of: (present, isWhole) => {
      const known = kept.get(present);
      if (known !== undefined) return known;
      const contents = contentsOf(told, present);
      // Keys can be destroyed while something is fetched: that is not kept.
      if (isLater(contents)) return contents.then(jsonOf);
      const json = jsonOf(contents);
      if (json !== undefined && isWhole) kept.set(present, json);
      return json;
    },
    forget: () => kept.clear(),
  };
};
