/** What an access key reads: a pure function of the log before the read. */
import { behind, contentsOf } from '../namespace/contents.ts';
import type { Id, Namespace, SecretPath } from '../vocabulary.ts';
import { isAccessKeyOf, type Present, type World } from '../world.ts';
import { REPLY_ROOM, roomOf } from './room.ts';

export type NamespaceOutcome =
  /** `more`: it goes on behind the last of them. */
  | { readonly result: 'allowed'; readonly present: ReadonlyArray<Present>; readonly more: boolean }
  /** The key was revoked, or its namespace deleted. */
  | { readonly result: 'refused'; readonly reason: 'access_key' };

export type NamespaceReading = { readonly namespace: Namespace; readonly key: Id; readonly after: SecretPath | null };

/** How many fit into one reply, from the first, at least one. */
const fitting = (present: ReadonlyArray<Present>): number => {
  let bytes = 0;
  const over = present.findIndex(({ version }) => (bytes += roomOf(version.size)) > REPLY_ROOM);
  return over === -1 ? present.length : Math.max(1, over);
};

/** What fits of it. Where all does it is the very list, so that who makes something of it can see that it is the same. */
const pageOf = (present: ReadonlyArray<Present>): NamespaceOutcome => {
  const count = fitting(present);
  return { result: 'allowed', present: count === present.length ? present : present.slice(0, count), more: count < present.length };
};

/** @param world the state before the read */
export const decideNamespaceRead = (world: World, { namespace, key, after }: NamespaceReading): NamespaceOutcome => {
  if (!isAccessKeyOf(world, namespace, key)) return { result: 'refused', reason: 'access_key' };
  const present = contentsOf(world, namespace);
  return pageOf(after === null ? present : behind(present, after));
};
