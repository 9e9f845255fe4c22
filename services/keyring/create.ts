/** The first start: the keyring's keys are stored, then the event that names them begins the log. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { newBoxKey } from '../../crypto/box.ts';
import { randomId } from '../../crypto/random.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { newSigningKey } from '../../crypto/sign.ts';
import { newKey } from '../../crypto/wrap.ts';
import type { KeyInfo, KeyPurpose } from '../../events/keyring/keyring.ts';
import { madeNothing } from '../../events/record.ts';
import type { AdminName, Id, PublicKey } from '../../events/vocabulary.ts';
import type { World } from '../../events/world.ts';
import { failure, type Failure } from '../failure.ts';
import type { Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';

export type FirstAdmin = { readonly admin: AdminName; readonly publicKey: PublicKey };
/** What a new installation is known by: its name, and the key that signs for it. */
export type Created = { readonly keyring: Id; readonly servicePublicKey: PublicKey };

/** Whether that admin is enrolled with that key: of a first admin, that the installation is theirs. */
export const isEnrolled = ({ admins }: World, { admin, publicKey }: FirstAdmin): boolean => admins.get(admin)?.keys.has(publicKey) === true;

type Fresh = { readonly purpose: KeyPurpose; readonly key: Redacted<Uint8Array>; readonly public: PublicKey | null };

const freshKeys = (): { readonly keys: ReadonlyArray<Fresh>; readonly signing: PublicKey } => {
  const [signing, box] = [newSigningKey(), newBoxKey()];
  return {
    signing: signing.publicKey,
    keys: [
      { purpose: 'root', key: newKey(), public: null },
      { purpose: 'log', key: newKey(), public: null },
      { purpose: 'signing', key: signing.secretKey, public: signing.publicKey },
      { purpose: 'box', key: box.secretKey, public: box.publicKey },
    ],
  };
};

const store = async ({ keyring }: Replica, fresh: ReadonlyArray<Fresh>): Promise<Either<Failure, ReadonlyArray<KeyInfo>>> => {
  const keys: KeyInfo[] = [];
  for (const { purpose, key, public: publicKey } of fresh) {
    const id = await keyring.add(purpose, keyring.operator.current(), key);
    if (isLeft(id)) return id;
    keys.push({ id: id.right, purpose, public: publicKey, signature: null });
  }
  return right(keys);
};

export const createKeyring = async (replica: Replica, execute: Execute, { admin, publicKey }: FirstAdmin): Promise<Either<Failure, Created>> => {
  const { keys: fresh, signing } = freshKeys();
  const keys = await store(replica, fresh);
  if (isLeft(keys)) return keys;
  const keyring = randomId();
  const operatorKey = replica.keyring.operator.current();
  const command = { operation: 'keyring.create', keyring, operatorKey, keys: keys.right, admin, adminKey: publicKey } as const;
  const executed = await execute({ by: 'replica', id: randomId(), command }, () => Promise.resolve(right(madeNothing)));
  if (isLeft(executed)) return left(failure('unavailable', `the first event could not be written (${executed.left.code})`, 'check nats-server, then start again'));
  const marked = await replica.keyring.store.markComplete();
  return isLeft(marked) ? marked : right({ keyring, servicePublicKey: signing });
};
