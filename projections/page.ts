/** One page of a list that is all there. */
import type { Count } from '../events/vocabulary.ts';
import { LIMIT_DEFAULT, PAGE_BYTES_MAX, type Limit, type Page } from '../protocol/paging.ts';

/** `place` orders the list, and names where the next page begins. */
export type Placed<A> = { readonly place: string; readonly item: A };
export type Paging = { readonly limit: Limit | null; readonly after: string | null };

export const byPlace = (a: Placed<unknown>, b: Placed<unknown>): number => (a.place < b.place ? -1 : 1);

const room = (item: unknown): number => Buffer.byteLength(JSON.stringify(item));

/** As many as fit, one at least. */
export const fitting = <A>(items: ReadonlyArray<A>, limit: number, bytesMax = PAGE_BYTES_MAX): ReadonlyArray<A> => {
  let bytes = 0;
  const end = items.slice(0, limit).findIndex((item, i) => (bytes += room(item)) > bytesMax && i > 0);
  return items.slice(0, end < 0 ? limit : end);
};

/** @param all in the order of places, which differ */
export const paged = <A>(all: ReadonlyArray<Placed<A>>, { limit, after }: Paging): Page<A> => {
  const rest = after === null ? all : all.filter(({ place }) => place > after);
  const found = fitting(rest, limit ?? LIMIT_DEFAULT);
  return { items: found.map(({ item }) => item), next: found.length < rest.length ? (found.at(-1)?.place ?? null) : null, total: all.length as Count };
};

/** Whether every word stands somewhere in the text, whatever the case. */
export const searching = (search: string | null): ((text: string) => boolean) => {
  const words = (search ?? '').toLowerCase().split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return () => true;
  return (text) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
};
