import type { EventOf } from '../event.ts';
import type { AdminName } from '../vocabulary.ts';
import type { Admin, World } from '../world.ts';

const change = (world: World, name: AdminName, to: (admin: Admin) => Partial<Admin>): void => {
  const known = world.admins.get(name);
  if (known !== undefined) world.admins.set(name, { ...known, ...to(known) });
};

export const adminAdded = (world: World, { admin, key, role }: Omit<EventOf<'AdminAdded'>, 'type' | 'v'>, now: number, seq: number, by: number | null): void => {
  world.additions.set(seq, { admin, key, by });
  world.admins.set(admin, { name: admin, role, keys: new Map([[key, { label: null, addedAt: now, seq }]]), addedAt: now, loggedOut: seq });
};

export const adminKeyAdded = (world: World, { admin, key, label }: EventOf<'AdminKeyAdded'>, now: number, seq: number, by: number | null): void => {
  world.additions.set(seq, { admin, key, by });
  change(world, admin, ({ keys }) => ({ keys: new Map([...keys, [key, { label, addedAt: now, seq }]]) }));
};

export const adminKeyRemoved = (world: World, { admin, key }: EventOf<'AdminKeyRemoved'>): void =>
  change(world, admin, ({ keys }) => ({ keys: new Map([...keys].filter(([one]) => one !== key)) }));

export const adminLoggedOut = (world: World, { admin }: EventOf<'AdminLoggedOut'>, seq: number): void =>
  change(world, admin, () => ({ loggedOut: seq }));

/** Their tokens go with them: nobody answers for these any more. */
export const adminRemoved = (world: World, { admin }: EventOf<'AdminRemoved'>): void => {
  world.admins.delete(admin);
  for (const [id, token] of world.tokens) if (token.admin === admin) world.tokens.delete(id);
};

/** An ended one of the same name makes room for it. */
export const apiTokenIssued = (world: World, event: EventOf<'ApiTokenIssued'>, now: number, issuedBy: number | null): void => {
  const { token: id, admin, label, role, digest, until } = event;
  for (const [other, known] of world.tokens) if (known.label === label) world.tokens.delete(other);
  world.tokens.set(id, { id, admin, label, role, digest, until, issuedAt: now, issuedBy });
};
