/** Many tasks, some at a time. */

/** Does the work for each item, at most `limit` at the same time; results in the order of items. Rejects with the first rejection. */
export const atOnce = async <A, B>(limit: number, items: ReadonlyArray<A>, work: (item: A) => Promise<B>): Promise<ReadonlyArray<B>> => {
  const results: B[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next; i < items.length; i = next) {
      next = i + 1;
      results[i] = await work(items[i] as A);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
};
