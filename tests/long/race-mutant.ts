/** The service with one line changed: what a test that should find faults is held against. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { startService } from '../../services/service.ts';
import { bundled, ROOT } from '../support/bundle.ts';

/** In one source file, some pieces of text and what stands in their place. Each must be there exactly once. */
export type Mutation = { readonly file: string; readonly changes: ReadonlyArray<readonly [from: string, to: string]> };

const changed = (text: string, { file, changes }: Mutation): string =>
  changes.reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`${file} does not have this exactly once, so the mutation means nothing: ${from}`);
    return before.replace(from, () => to);
  }, text);

const mutating = (mutation: Mutation): Plugin => ({
  name: 'mutation',
  setup: (bundle) => {
    const path = join(ROOT, mutation.file);
    bundle.onLoad({ filter: /\.ts$/ }, async (source) =>
      source.path === path ? { contents: changed(await readFile(path, 'utf8'), mutation), loader: 'ts' } : undefined,
    );
  },
});

/** Starts services that are made from the changed sources. */
export const mutant = async (mutation: Mutation): Promise<typeof startService> => {
  const file = await bundled('services/service.ts', [mutating(mutation)]);
  return ((await import(file)) as { readonly startService: typeof startService }).startService;
};
