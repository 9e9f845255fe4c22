/** How the version is told that a secret is at. */
import type { SecretPath } from '../events/vocabulary.ts';
import type { Done } from '../protocol/operations.ts';

export const atVersion =
  (path: SecretPath) =>
  ({ changed, version }: Done): string =>
    `${path} is ${changed ? '' : 'unchanged '}at version ${version ?? 'unknown'}`;
