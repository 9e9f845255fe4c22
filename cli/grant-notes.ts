/** What whoever grants access may not have meant. A grant may come before what it is for, so this is told after it, and refuses nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { AdminClient } from '../client/admin.ts';
import type { ServiceName, Target } from '../events/vocabulary.ts';

const serviceNote = async (admin: AdminClient, service: ServiceName): Promise<ReadonlyArray<string>> => {
  const found = await admin.query('service.list', { service })();
  return E.isRight(found) && found.right.items.length === 0 ? [`no service called ${service} has registered yet`] : [];
};

/** The path itself comes before all else that begins with the same letters. */
const firstBelow = async (admin: AdminClient, prefix: string): Promise<string | undefined> => {
  const found = await admin.query('secret.list', { prefix })();
  return E.isLeft(found) ? undefined : found.right.items[0]?.path;
};

/** A prefix without its slash is a path. */
const targetNote = async (admin: AdminClient, target: Target): Promise<ReadonlyArray<string>> => {
  if (target.endsWith('/') || (await firstBelow(admin, `${target}/`)) === undefined || (await firstBelow(admin, target)) === target) return [];
  return [`this is the path ${target}; for everything below it: ${target}/`];
};

/** The grant is done: what cannot be asked, or not soon, is left out. */
const NOTES_MS_MAX = 3_000;
const soon = async (notes: Promise<ReadonlyArray<string>>): Promise<ReadonlyArray<string>> => {
  const over = new AbortController();
  const late = delay(NOTES_MS_MAX, [], { signal: over.signal }).catch(() => []);
  return Promise.race([notes, late]).finally(() => over.abort());
};

export const grantNotes = async (admin: AdminClient, service: ServiceName, target: Target): Promise<ReadonlyArray<string>> =>
  (await Promise.all([soon(serviceNote(admin, service)), soon(targetNote(admin, target))])).flat();
