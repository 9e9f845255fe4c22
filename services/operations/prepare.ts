/** What a decision needs beside its command: new keys, stored before the event that names them, the value encrypted, and what is to be said of it. */
import { setImmediate as soon } from 'node:timers/promises';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { equal } from '../../crypto/bytes.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { sealValue, type SaltedValue } from '../../crypto/value.ts';
import { newKey } from '../../crypto/wrap.ts';
import type { Command, CommandOf } from '../../events/command.ts';
import { expectationsOf } from '../../events/expected.ts';
import { madeNothing, type Made } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { namespaceOf, sure, Version, type Id, type SecretPath } from '../../events/vocabulary.ts';
import { currentKey } from '../../events/world.ts';
import { checkValue } from '../../protocol/expectations/check.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { WrappedPurpose } from '../keyring/key-store.ts';
import type { Prepare } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import type { Values } from '../log/values.ts';

type Prepared = Either<Refusal, Made | null>;
type NewKey = NonNullable<Made['key']>;

const unavailable: Prepared = left(refuse('unavailable'));

const addKey = async (keyring: Keyring, purpose: WrappedPurpose, wrappedBy: NewKey['wrappedBy']): Promise<NewKey | undefined> => {
  const added = await keyring.add(purpose, wrappedBy, newKey());
  return isLeft(added) ? undefined : { id: added.right, wrappedBy };
};

/** A key for a namespace, wrapped by the root key of now. */
const namespaceKey = async ({ fold, keyring }: Replica): Promise<Prepared> => {
  const root = currentKey(fold.world, 'root');
  const key = root === undefined ? undefined : await addKey(keyring, 'namespace', root.id);
  return key === undefined ? unavailable : right({ ...madeNothing, key });
};

type SecretKey = { readonly id: Id; readonly key: Redacted<Uint8Array>; readonly introduced: NewKey | null };

/** The secret's own key, or a new one wrapped by the namespace key of now. */
const secretKey = async ({ fold, keyring }: Replica, path: SecretPath): Promise<SecretKey | undefined> => {
  const own = fold.world.secrets.get(path)?.key ?? null;
  const namespace = fold.world.namespaces.get(namespaceOf(path));
  if (namespace === undefined) return undefined;
  const introduced = own === null ? await addKey(keyring, 'secret', namespace.key) : null;
  const id = own ?? introduced?.id;
  if (id === undefined) return undefined;
  const opened = await keyring.open(id);
  return isLeft(opened) ? undefined : { id, key: opened.right, introduced: introduced ?? null };
};

/** What services expect of a value, held against it one after the other: a replica has others to answer meanwhile. */
const checksOf = async ({ fold }: Replica, path: SecretPath, value: Uint8Array): Promise<Made['checks']> => {
  const checks: Array<Made['checks'][number]> = [];
  for (const [service, expected] of expectationsOf(fold.world, path, Math.max(fold.world.now, Date.now()))) {
    checks.push(...(await checkValue(service, expected, value)));
    await soon();
  }
  return checks;
};

/** Encrypts a value as the next version. */
const encrypted = async (replica: Replica, path: SecretPath, salted: SaltedValue): Promise<Prepared> => {
  const secret = await secretKey(replica, path);
  if (secret === undefined) return unavailable;
  const version = sure(Version, (replica.fold.world.secrets.get(path)?.version ?? 0) + 1);
  const sealed = sealValue(secret.key, salted, { path, version, keyId: secret.id });
  return right({ ...madeNothing, key: secret.introduced, sealed, checks: await checksOf(replica, path, salted.value) });
};

type Parts = { readonly replica: Replica; readonly values: Values };

/** Whether the current version has that very value: then a write makes no version. */
const isCurrent = async ({ replica, values }: Parts, path: SecretPath, value: Uint8Array): Promise<boolean> => {
  const version = replica.fold.world.secrets.get(path)?.versions.at(-1);
  if (version === undefined) return false;
  const opened = await values.open(path, version);
  return !isLeft(opened) && equal(opened.right.value, value);
};

const prepareWrite = async (parts: Parts, { path, ifVersion, description }: CommandOf<'secret.write'>, salted: SaltedValue): Promise<Prepared> => {
  const known = parts.replica.fold.world.secrets.get(path);
  const keepsWords = description === null || description === known?.description;
  if (ifVersion === null && keepsWords && (await isCurrent(parts, path, salted.value))) return right(null);
  return encrypted(parts.replica, path, salted);
};

const prepareRollback = async ({ replica, values }: Parts, { path, version }: CommandOf<'secret.rollback'>): Promise<Prepared> => {
  const wanted = replica.fold.world.secrets.get(path)?.versions.find((one) => one.version === version);
  // Without that version the decision refuses, and says why.
  if (wanted === undefined) return right(madeNothing);
  const opened = await values.open(path, wanted);
  return isLeft(opened) ? opened : encrypted(replica, path, opened.right);
};

/** A key of ours, wrapped by the operator's key of now: it may have been replaced since the key was stored. */
const prepareAdded = async ({ fold, keyring }: Replica, id: Id): Promise<Prepared> => {
  const wrappedBy = fold.world.keyring?.operatorKey;
  if (wrappedBy === undefined) return unavailable;
  const rewrapped = await keyring.rewrap(id, wrappedBy, () => true);
  return isLeft(rewrapped) ? unavailable : right({ ...madeNothing, key: { id, wrappedBy } });
};

/** @param salted the value of a write, with its salt; null for all other commands */
export const makePrepare =
  (parts: Parts) =>
  (salted: SaltedValue | null): Prepare =>
  async (command: Command) => {
    switch (command.operation) {
      case 'secret.write':
        return salted === null ? left(refuse('malformed', 'no value')) : prepareWrite(parts, command, salted);
      case 'secret.rollback':
        return prepareRollback(parts, command);
      case 'namespace.create':
        return parts.replica.fold.world.namespaces.has(command.namespace) ? right(null) : namespaceKey(parts.replica);
      case 'namespace.rekey':
      case 'namespace.issue':
        return namespaceKey(parts.replica);
      case 'key.add':
      case 'key.replace':
        return prepareAdded(parts.replica, command.key.id);
      default:
        return right(madeNothing);
    }
  };
