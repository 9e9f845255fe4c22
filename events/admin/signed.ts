/** What came of a key: whoever had it may have signed more keys, and tokens, which stay when it is gone. */
import type { AdminName, PublicKey } from '../vocabulary.ts';
import type { ApiToken, World } from '../world.ts';

/** What is in force now of all that a key has signed, and of what those have that it signed. */
export type Signed = { readonly keys: ReadonlyArray<{ readonly admin: AdminName; readonly key: PublicKey }>; readonly tokens: ReadonlyArray<ApiToken> };

/** Whether a key was added by another one, or by one that was. Two may have added each other, one after the other. */
const comesFrom = ({ adders }: World, key: PublicKey, first: PublicKey): boolean => {
  const seen = new Set<PublicKey>();
  for (let by = adders.get(key); by !== undefined && !seen.has(by); by = adders.get(by)) {
    if (by === first) return true;
    seen.add(by);
  }
  return false;
};

export const signedBy = (world: World, first: PublicKey): Signed => {
  const keys = [...world.admins.values()].flatMap(({ name: admin, keys }) => [...keys.keys()].map((key) => ({ admin, key })));
  return {
    keys: keys.filter(({ key }) => key !== first && comesFrom(world, key, first)),
    tokens: [...world.tokens.values()].filter(({ issuedBy }) => issuedBy !== null && (issuedBy === first || comesFrom(world, issuedBy, first))),
  };
};
