import type { AdminName, PublicKey } from '../vocabulary.ts';
import { isInForce, type Admin, type World } from '../world.ts';
import type { Circumstances, Decide } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';
import { goneWith } from './signed.ts';

/** More than the machines and browsers of one person. */
export const KEYS_MAX = 32;
/** A token that is forgotten somewhere ends by itself. */
export const TOKEN_MS_MAX = 366 * 24 * 60 * 60 * 1000;

/** Somebody must stay who can do everything: an admin with that role and a key, other than what goes. */
const somebodyStays = (world: World, keysWithout: (admin: Admin) => number): boolean =>
  [...world.admins.values()].some((admin) => admin.role === 'admin' && keysWithout(admin) > 0);

/** Everybody looks after their own keys and sessions; those of others are for the role admin. */
const mayLookAfter = (world: World, whose: AdminName, { actor }: Circumstances): boolean =>
  actor.by === 'admin' && (actor.admin === whose || world.admins.get(actor.admin)?.role === 'admin');

export const addAdmin: Decide<'admin.add'> = (world, { admin, key, role }) => {
  const known = world.admins.get(admin);
  if ([...world.admins.values()].some((other) => other !== known && other.keys.has(key))) return no('exists', 'the key of another admin');
  if (known === undefined) return happened({ type: 'AdminAdded', v: 1, admin, key, role });
  if (known.role !== role) return no('exists', `${admin} is ${known.role}`);
  if (known.keys.has(key)) return nothing;
  return known.keys.size < KEYS_MAX ? happened({ type: 'AdminKeyAdded', v: 1, admin, key, label: null }) : no('too_many', `keys of ${admin}`);
};

export const removeAdmin: Decide<'admin.remove'> = (world, { admin }) => {
  if (!world.admins.has(admin)) return no('not_found', admin);
  const stays = somebodyStays(world, ({ name, keys }) => (name === admin ? 0 : keys.size));
  return stays ? happened({ type: 'AdminRemoved', v: 1, admin }) : no('last_admin');
};

export const addAdminKey: Decide<'admin.key.add'> = (world, { admin, key, label }, circumstances) => {
  if (!mayLookAfter(world, admin, circumstances)) return no('role', 'keys of others');
  const known = world.admins.get(admin);
  if (known === undefined) return no('not_found', admin);
  if (known.keys.has(key)) return nothing;
  if ([...world.admins.values()].some(({ keys }) => keys.has(key))) return no('exists', 'the key of another admin');
  return known.keys.size < KEYS_MAX ? happened({ type: 'AdminKeyAdded', v: 1, admin, key, label }) : no('too_many', `keys of ${admin}`);
};

export const removeAdminKey: Decide<'admin.key.remove'> = (world, { admin, key }, circumstances) => {
  if (!mayLookAfter(world, admin, circumstances)) return no('role', 'keys of others');
  if (world.admins.get(admin)?.keys.has(key) !== true) return no('not_found', `that key of ${admin}`);
  const stays = somebodyStays(world, ({ name, keys }) => (name === admin ? keys.size - 1 : keys.size));
  return stays ? happened({ type: 'AdminKeyRemoved', v: 1, admin, key }) : no('last_admin');
};

/** Whose it is or was: whoever has a stolen key may have given it to another admin meanwhile. */
const wasEverOf = ({ additions }: World, admin: AdminName, key: PublicKey): boolean =>
  [...additions.values()].some((one) => one.key === key && one.admin === admin);

/** All of it or nothing. A key that was removed by itself before is taken as well: what it signed may be there still. */
export const removeAllOfAdminKey: Decide<'admin.key.remove-all'> = (world, { admin, key }, circumstances) => {
  const { actor } = circumstances;
  if (actor.by !== 'admin') return no('role', 'keys of others');
  const { keys, tokens, accessKeys } = goneWith(world, key, actor.key);
  if (![{ admin }, ...keys, ...tokens].every((one) => mayLookAfter(world, one.admin, circumstances))) return no('role', 'keys of others');
  if (accessKeys.length > 0 && world.admins.get(actor.admin)?.role !== 'admin') return no('role', 'access keys');
  if (!wasEverOf(world, admin, key) || keys.length + tokens.length + accessKeys.length === 0) return no('not_found', `that key of ${admin}`);
  const gone = new Set(keys.map((one) => one.key));
  const stays = somebodyStays(world, (known) => [...known.keys.keys()].filter((one) => !gone.has(one)).length);
  return stays ? happened({ type: 'AdminKeyRemovedWithAll', v: 1, admin, key }) : no('last_admin', 'another key has to sign for it');
};

/** Nobody knows all replicas' sessions, so it always happens: those that there are have ended then. */
export const logOutAdmin: Decide<'admin.logout'> = (world, { admin }, circumstances) => {
  if (!mayLookAfter(world, admin, circumstances)) return no('role', 'sessions of others');
  return world.admins.has(admin) ? happened({ type: 'AdminLoggedOut', v: 1, admin }) : no('not_found', admin);
};

/** A token stands in the name of the admin who signs for it, and goes with them. Two with one name could not be told apart. */
export const issueToken: Decide<'token.issue'> = (world, { operation: _, ...token }, { actor, now }) => {
  if (actor.by !== 'admin' || actor.admin !== token.admin) return no('role', 'a token of another admin');
  if (token.until <= now || token.until > now + TOKEN_MS_MAX) return no('malformed', 'until');
  if (world.tokens.has(token.token)) return no('exists', 'the id of another token');
  // Shown, it would stand for both.
  if ([...world.tokens.values()].some(({ digest }) => digest === token.digest)) return no('exists', 'the digest of another token');
  const isTaken = [...world.tokens.values()].some(({ label, until }) => label === token.label && isInForce({ until }, now));
  return isTaken ? no('exists', token.label) : happened({ type: 'ApiTokenIssued', v: 1, ...token });
};

export const revokeToken: Decide<'token.revoke'> = (world, { admin, token }) =>
  world.tokens.get(token)?.admin === admin ? happened({ type: 'ApiTokenRevoked', v: 1, admin, token }) : no('not_found', token);
