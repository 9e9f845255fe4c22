import type { Decide } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';

export const addAdmin: Decide<'admin.add'> = (world, { admin, key, role }) => {
  const known = world.admins.get(admin);
  if ([...world.admins.values()].some((other) => other !== known && other.keys.has(key))) return no('exists', 'the key of another admin');
  if (known === undefined) return happened({ type: 'AdminAdded', v: 1, admin, key, role });
  if (known.role !== role) return no('exists', `${admin} is ${known.role}`);
  return known.keys.has(key) ? nothing : happened({ type: 'AdminKeyAdded', v: 1, admin, key });
};

/** Somebody must stay who can do everything. */
export const removeAdmin: Decide<'admin.remove'> = (world, { admin }) => {
  if (!world.admins.has(admin)) return no('not_found', admin);
  const others = [...world.admins.values()].filter(({ name }) => name !== admin);
  return others.some(({ role }) => role === 'admin') ? happened({ type: 'AdminRemoved', v: 1, admin }) : no('last_admin');
};
