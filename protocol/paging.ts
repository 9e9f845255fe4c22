/** Lists that come page by page: what a question says of the page it wants, and what every answer has beside the items. */
import * as t from 'io-ts';
import { orNull } from '../events/codec.ts';
import { Count } from '../events/vocabulary.ts';

export const LIMIT_MAX = 200;
export const LIMIT_DEFAULT = 50;
/** So many bytes of items, as JSON, make a page full, whatever the limit is: a reply has to pass as one message. */
export const PAGE_BYTES_MAX = 384 * 1024;
const CURSOR_MAX = 1024;
const SEARCH_MAX = 128;

/** How many items are wanted at most; null stands for `LIMIT_DEFAULT`. */
export const Limit = t.brand(t.number, (n): n is t.Branded<number, { readonly Limit: unique symbol }> => Number.isSafeInteger(n) && n >= 1 && n <= LIMIT_MAX, 'Limit');
export type Limit = t.TypeOf<typeof Limit>;

/** The `next` of the page before, as it came. */
export const Cursor = t.refinement(t.string, (text) => text.length > 0 && text.length <= CURSOR_MAX, 'Cursor');

/** Words that are looked for, each anywhere in a name, whatever the case. */
export const Search = t.refinement(t.string, (text) => text.length <= SEARCH_MAX, 'Search');

export const page = { limit: orNull(Limit), after: orNull(Cursor) } as const;

/** `next`: what to ask the next page with, null after the last one. `total`: of all pages together, null where nobody has counted. A page can be empty and have a next one. */
export const pageOf = <C extends t.Mixed>(codec: C) => t.strict({ items: t.readonlyArray(codec), next: orNull(t.string), total: orNull(Count) }, `${codec.name}s`);
export type Page<A> = { readonly items: ReadonlyArray<A>; readonly next: string | null; readonly total: Count | null };
