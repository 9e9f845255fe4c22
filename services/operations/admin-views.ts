/** Admins, their keys and their tokens, as admins are shown them. */
import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import { signedBy } from '../../events/admin/signed.ts';
import { Count, sure, Instant, type Fingerprint } from '../../events/vocabulary.ts';
import { isInForce, type Admin, type ApiToken, type World } from '../../events/world.ts';
import { byPlace, paged, type Paging } from '../../projections/page.ts';
import type { Page } from '../../protocol/paging.ts';
import { SIGNED_SHOWN, type AdminView, type ApiTokenView, type KeySignedView } from '../../protocol/views.ts';

/** Of the key of an addition. */
const fingerprintOf = ({ additions }: World, seq: number | null | undefined): Fingerprint | null => {
  const addition = seq === null || seq === undefined ? undefined : additions.get(seq);
  return addition === undefined ? null : publicKeyFingerprint(addition.key);
};

const adminView =
  (world: World) =>
  ({ name, role, keys, addedAt }: Admin): AdminView => ({
    admin: name,
    role,
    keys: [...keys].map(([key, known]) => ({
      key,
      fingerprint: publicKeyFingerprint(key),
      label: known.label,
      addedAt: sure(Instant, known.addedAt),
      addedBy: fingerprintOf(world, world.additions.get(known.seq)?.by),
    })),
    addedAt: sure(Instant, addedAt),
  });

const tokenView =
  (world: World, now: number) =>
  ({ id, label, role, admin, issuedAt, issuedBy, until }: ApiToken): ApiTokenView => ({
    token: id,
    label,
    role,
    admin,
    issuedAt: sure(Instant, issuedAt),
    issuedBy: fingerprintOf(world, issuedBy),
    until: sure(Instant, until),
    expired: !isInForce({ until }, now),
  });

/** Only what is on the page is shown as it is shown: fingerprints take a while. */
const pageOf = <A, V>(all: Iterable<A>, placeOf: (one: A) => string, view: (one: A) => V, wanted: Paging): Page<V> => {
  const page = paged([...all].map((item) => ({ place: placeOf(item), item })).sort(byPlace), wanted);
  return { ...page, items: page.items.map(view) };
};

export const adminPage = (world: World, wanted: Paging): Page<AdminView> =>
  pageOf(world.admins.values(), ({ name }) => name, adminView(world), wanted);

/** A label is that of one token: a new one takes the place of one whose time is over. */
export const tokenPage = (world: World, now: number, wanted: Paging): Page<ApiTokenView> =>
  pageOf(world.tokens.values(), ({ label }) => label, tokenView(world, now), wanted);

export const signedView = (world: World, fingerprint: Fingerprint, now: number): KeySignedView | undefined => {
  const key = [...world.additions.values()].find((one) => publicKeyFingerprint(one.key) === fingerprint)?.key;
  if (key === undefined) return undefined;
  const { keys, tokens, accessKeys } = signedBy(world, key);
  const labelOf = ({ admin, key: one }: (typeof keys)[number]) => world.admins.get(admin)?.keys.get(one)?.label ?? null;
  return {
    key,
    keys: keys.slice(0, SIGNED_SHOWN).map((one) => ({ ...one, fingerprint: publicKeyFingerprint(one.key), label: labelOf(one) })),
    tokens: tokens.slice(0, SIGNED_SHOWN).map(tokenView(world, now)),
    accessKeys: accessKeys.slice(0, SIGNED_SHOWN),
    total: sure(Count, keys.length + tokens.length + accessKeys.length),
  };
};
