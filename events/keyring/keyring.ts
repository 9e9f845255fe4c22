/** The keyring: which keys there are, never the keys. Codecs of its commands and events. */
import * as t from 'io-ts';
import { command, event, orNull } from '../codec.ts';
import { AdminName, Fingerprint, Id, PublicKey, Sequence, Signature } from '../vocabulary.ts';

/** root wraps namespace keys; log makes MACs; signing and box are Ed25519 and X25519 key pairs of the service. */
export const KeyPurpose = t.keyof({ root: null, log: null, signing: null, box: null }, 'KeyPurpose');
export type KeyPurpose = t.TypeOf<typeof KeyPurpose>;

/** A key by its name. `public` is null for symmetric keys; `signature` is that of the signing key before it, else null. */
export const KeyInfo = t.strict(
  { id: Id, purpose: KeyPurpose, public: orNull(PublicKey), signature: orNull(Signature) },
  'KeyInfo',
);
export type KeyInfo = t.TypeOf<typeof KeyInfo>;

export const CreateKeyring = command('keyring.create', {
  /** The name of this installation: admins sign it with every command. */
  keyring: Id,
  operatorKey: Fingerprint,
  keys: t.readonlyArray(KeyInfo),
  admin: AdminName,
  adminKey: PublicKey,
});
/** The next box key: each serves a day. */
export const AddKey = command('key.add', { key: KeyInfo });
/** What an admin can have replaced: the keyring's own keys, and the operator's key that wraps them. */
export const RotatedPurpose = t.keyof({ operator: null, ...KeyPurpose.keys }, 'RotatedPurpose');
export type RotatedPurpose = t.TypeOf<typeof RotatedPurpose>;
/** The keys of now are to be replaced. That is an order: who carries it out, and goes on with it after an interruption, is a replica. */
export const RotateKeys = command('key.rotate', { purposes: t.readonlyArray(RotatedPurpose) });
/** The successor of a key that was retired. */
export const ReplaceKey = command('key.replace', { key: KeyInfo, old: Id });
/** From now on keys are wrapped by this one; those that are there are wrapped again. */
export const ReplaceOperatorKey = command('operator-key.replace', { operatorKey: Fingerprint });
export const DestroyKeys = command('keys.destroy', { keys: t.readonlyArray(Id), cause: Sequence });

export const KeyringCreated = event('KeyringCreated', {
  keyring: Id,
  operatorKey: Fingerprint,
  keys: t.readonlyArray(KeyInfo),
  admin: AdminName,
  adminKey: PublicKey,
});
export const KeyAdded = event('KeyAdded', { key: KeyInfo });
/** `key` is the one that was current: an order that comes twice, or late, replaces nothing twice. */
export const KeyRetired = event('KeyRetired', { purpose: RotatedPurpose, key: t.union([Id, Fingerprint]) });
export const OperatorKeyReplaced = event('OperatorKeyReplaced', { operatorKey: Fingerprint });
export const KeysDestroyed = event('KeysDestroyed', { keys: t.readonlyArray(Id), cause: Sequence });

export const KeyringEvent = t.union([KeyringCreated, KeyAdded, KeyRetired, OperatorKeyReplaced, KeysDestroyed], 'KeyringEvent');
