/** Which file holds which verb. A verb is loaded when it is called: none pays for the others' packages. */
import type { Run } from './verb.ts';

export const VERBS: Readonly<Record<string, () => Promise<{ readonly run: Run }>>> = {
  version: () => import('./commands/version.ts'),
  completion: () => import('./commands/completion.ts'),
};
