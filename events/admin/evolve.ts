import type { EventOf } from '../event.ts';
import type { World } from '../world.ts';

export const adminAdded = (world: World, { admin, key, role }: EventOf<'AdminAdded'>, now: number): void => {
  world.admins.set(admin, { name: admin, role, keys: new Set([key]), addedAt: now });
};

export const adminKeyAdded = (world: World, { admin, key }: EventOf<'AdminKeyAdded'>): void => {
  const known = world.admins.get(admin);
  if (known !== undefined) world.admins.set(admin, { ...known, keys: new Set([...known.keys, key]) });
};
