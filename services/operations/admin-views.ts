/** Admins, their keys and their tokens, as admins are shown them. */
import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import { signedBy } from '../../events/admin/signed.ts';
import { sure, Instant, type Fingerprint, type PublicKey } from '../../events/vocabulary.ts';
import { isInForce, type Admin, type ApiToken, type World } from '../../events/world.ts';
import type { AdminView, ApiTokenView, KeySignedView } from '../../protocol/views.ts';

const fingerprintOf = (key: PublicKey | null | undefined): Fingerprint | null => (key === null || key === undefined ? null : publicKeyFingerprint(key));

export const adminView =
  ({ adders }: World) =>
  ({ name, role, keys, addedAt }: Admin): AdminView => ({
    admin: name,
    role,
    keys: [...keys].map(([key, known]) => ({
      key,
      fingerprint: publicKeyFingerprint(key),
      label: known.label,
      addedAt: sure(Instant, known.addedAt),
      addedBy: fingerprintOf(adders.get(key)),
    })),
    addedAt: sure(Instant, addedAt),
  });

export const tokenView =
  (now: number) =>
  ({ id, label, role, admin, issuedAt, issuedBy, until }: ApiToken): ApiTokenView => ({
    token: id,
    label,
    role,
    admin,
    issuedAt: sure(Instant, issuedAt),
    issuedBy: fingerprintOf(issuedBy),
    until: sure(Instant, until),
    expired: !isInForce({ until }, now),
  });

/** The key of now, or one that is gone and has signed for what may be there still. */
const keyOf = ({ admins, adders, tokens }: World, fingerprint: Fingerprint): PublicKey | undefined => {
  const held = [...admins.values()].flatMap(({ keys }) => [...keys.keys()]);
  const issuers = [...tokens.values()].flatMap(({ issuedBy }) => issuedBy ?? []);
  return [...held, ...adders.keys(), ...adders.values(), ...issuers].find((key) => publicKeyFingerprint(key) === fingerprint);
};

export const signedView = (world: World, fingerprint: Fingerprint, now: number): KeySignedView | undefined => {
  const key = keyOf(world, fingerprint);
  if (key === undefined) return undefined;
  const { keys, tokens } = signedBy(world, key);
  const labelOf = ({ admin, key: one }: (typeof keys)[number]) => world.admins.get(admin)?.keys.get(one)?.label ?? null;
  return {
    key,
    keys: keys.map((one) => ({ ...one, fingerprint: publicKeyFingerprint(one.key), label: labelOf(one) })),
    tokens: tokens.map(tokenView(now)),
  };
};
