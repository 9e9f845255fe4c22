/** The first start: the keyring's keys are stored, then the event that names them begins the log. */
import { setTimeout as delay } from 'node:timers/promises';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { randomId } from '../../crypto/random.ts';
import type { KeyInfo } from '../../events/keyring/keyring.ts';
import type { Origin } from '../../events/record.ts';
import type { AdminName, Id, PublicKey } from '../../events/vocabulary.ts';
import { currentKey, type World } from '../../events/world.ts';
import { failure, type Failure } from '../failure.ts';
import { prepareNothing, type Execute } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import { freshKey } from './fresh.ts';

export type FirstAdmin = { readonly admin: AdminName; readonly publicKey: PublicKey };
/** What a new installation is known by: its name, and the key that signs for it. */
export type Created = { readonly keyring: Id; readonly servicePublicKey: PublicKey };

/** What the installation is known by now; nothing before its first event. */
export const identityOf = (world: World): Created | undefined => {
  const signing = currentKey(world, 'signing')?.public;
  return world.keyring === null || signing == null ? undefined : { keyring: world.keyring.id, servicePublicKey: signing };
};

/** Whether that admin is enrolled with that key: of a first admin, that the installation is theirs. */
export const isEnrolled = ({ admins }: World, { admin, publicKey }: FirstAdmin): boolean => admins.get(admin)?.keys.has(publicKey) === true;

const PURPOSES = ['root', 'log', 'signing', 'box'] as const;

const store = async ({ keyring }: Replica): Promise<Either<Failure, ReadonlyArray<KeyInfo>>> => {
  const keys: KeyInfo[] = [];
  for (const purpose of PURPOSES) {
    const { key, ...info } = freshKey(purpose, null);
    const id = await keyring.add(purpose, keyring.operator.current(), key);
    if (isLeft(id)) return id;
    keys.push({ id: id.right, ...info });
  }
  return right(keys);
};

/** In a cluster the stream that was made just now may have no leader for a while. */
const LEADER_MS = 30_000;
const AGAIN_MS = 250;

/** Again where nothing of it is in force: at worst a record that does not count is in the log then. */
const written = async (execute: Execute, origin: Origin): ReturnType<Execute> => {
  for (const end = Date.now() + LEADER_MS; ; await delay(AGAIN_MS)) {
    const executed = await execute(origin, prepareNothing);
    if (!isLeft(executed) || executed.left.code !== 'unavailable' || Date.now() > end) return executed;
  }
};

export const createKeyring = async (replica: Replica, execute: Execute, { admin, publicKey }: FirstAdmin): Promise<Either<Failure, Created>> => {
  const keys = await store(replica);
  if (isLeft(keys)) return keys;
  const keyring = randomId();
  const operatorKey = replica.keyring.operator.current();
  const command = { operation: 'keyring.create', keyring, operatorKey, keys: keys.right, admin, adminKey: publicKey } as const;
  const executed = await written(execute, { by: 'replica', id: randomId(), command });
  if (isLeft(executed)) return left(failure('unavailable', `the first event could not be written (${executed.left.code})`, 'check nats-server, then start again'));
  const marked = await replica.keyring.store.markComplete();
  if (isLeft(marked)) return marked;
  const created = identityOf(replica.fold.world);
  return created === undefined ? left(failure('unavailable', 'the first event does not count', 'start again')) : right(created);
};
