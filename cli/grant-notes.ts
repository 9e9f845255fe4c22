/** What whoever grants access may not have meant. A grant may come before what it is for, so this is told after it, and refuses nothing. */
import * as E from 'fp-ts/lib/Either.js';
import type { AdminClient } from '../client/admin.ts';
import type { ServiceName, Target } from '../events/vocabulary.ts';

const serviceNote = async (admin: AdminClient, service: ServiceName): Promise<ReadonlyArray<string>> => {
  const found = await admin.query('service.list', { service })();
  return E.isRight(found) && found.right.items.length === 0 ? [`no service called ${service} has registered yet`] : [];
};

/** A prefix without its slash is a path. The path itself comes before all else that begins with the same letters. */
const targetNote = async (admin: AdminClient, target: Target): Promise<ReadonlyArray<string>> => {
  if (target.endsWith('/')) return [];
  const found = await admin.query('secret.list', { prefix: target })();
  const paths = E.isLeft(found) ? [] : found.right.items.map(({ path }) => path as string);
  const isMistaken = paths[0] !== target && paths.some((path) => path.startsWith(`${target}/`));
  return isMistaken ? [`this is the path ${target}; for everything below it: ${target}/`] : [];
};

/** What cannot be asked is left out: the grant is done. */
export const grantNotes = async (admin: AdminClient, service: ServiceName, target: Target): Promise<ReadonlyArray<string>> => [
  ...(await serviceNote(admin, service)),
  ...(await targetNote(admin, target)),
];
