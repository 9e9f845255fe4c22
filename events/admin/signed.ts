/** What came of a key: whoever had it may have signed more keys, tokens and access keys, which stay when it is gone. */
import type { Event } from '../event.ts';
import type { AdminName, Id, Namespace, PublicKey } from '../vocabulary.ts';
import type { Addition, ApiToken, World } from '../world.ts';

/** What is in force now of all that a key has signed, and of what those have that it signed. */
export type Signed = {
  readonly keys: ReadonlyArray<{ readonly admin: AdminName; readonly key: PublicKey }>;
  readonly tokens: ReadonlyArray<ApiToken>;
  readonly accessKeys: ReadonlyArray<{ readonly namespace: Namespace; readonly key: Id }>;
};

/**
 * The additions of a key, and all that came of one of them. Additions and not keys: a key that is added again has another adder
 * from then on, and what it signed before has not.
 * @param additions by their places, in the order of the log: what an addition is by stands before it
 */
export const cameOf = (additions: ReadonlyMap<number, Pick<Addition, 'key' | 'by'>>, first: PublicKey): ReadonlySet<number> => {
  const all = new Set<number>();
  for (const [seq, { key, by }] of additions) if (key === first || (by !== null && all.has(by))) all.add(seq);
  return all;
};

const heldKeys = ({ admins }: World) => [...admins.values()].flatMap(({ name: admin, keys }) => [...keys].map(([key, { seq }]) => ({ admin, key, seq })));

/** Without the key itself, which may be gone. */
export const signedBy = (world: World, first: PublicKey): Signed => {
  const all = cameOf(world.additions, first);
  const isOf = (seq: number | null): boolean => seq !== null && all.has(seq);
  return {
    keys: heldKeys(world).flatMap(({ admin, key, seq }) => (key !== first && isOf(seq) ? [{ admin, key }] : [])),
    tokens: [...world.tokens.values()].filter(({ issuedBy }) => isOf(issuedBy)),
    accessKeys: [...world.namespaces.values()].flatMap(({ name: namespace, accessKeys }) => accessKeys.flatMap(({ id: key, issuedBy }) => (isOf(issuedBy) ? [{ namespace, key }] : []))),
  };
};

/**
 * What goes with a key that is removed with all: the key, if it is there, and all that came of it but the key that signs for that.
 * Else whoever has the stolen key could remove an honest one and add it again, and nobody could stay.
 */
export const goneWith = (world: World, first: PublicKey, signer: PublicKey): Signed => {
  const signed = signedBy(world, first);
  const own = heldKeys(world).flatMap(({ admin, key }) => (key === first ? [{ admin, key }] : []));
  return { ...signed, keys: [...own, ...signed.keys.filter(({ key }) => key !== signer)] };
};

/** The same as events, which no record has: what goes is found at the record's place, so that nothing that comes between makes it void. */
export const eventsOf = ({ keys, tokens, accessKeys }: Signed): ReadonlyArray<Event> => [
  ...keys.map((one) => ({ type: 'AdminKeyRemoved', v: 1, ...one }) as const),
  ...tokens.map(({ id: token, admin }) => ({ type: 'ApiTokenRevoked', v: 1, admin, token }) as const),
  ...accessKeys.map((one) => ({ type: 'AccessKeyRevoked', v: 1, ...one }) as const),
];
