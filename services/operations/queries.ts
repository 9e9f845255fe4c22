/** Questions of admins: answered from the read models, once these hold all that was folded when the question came. */
import { isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { sure, Count, Instant, Sequence } from '../../events/vocabulary.ts';
import { currentKey, type Admin, type Key, type World } from '../../events/world.ts';
import type { NotRead, ReadModels } from '../../projections/read.ts';
import type { Projector, ProjectorStatus } from '../../projections/run.ts';
import type { AdminView, KeyView } from '../../protocol/views.ts';
import type { Holders } from '../keyring/holders.ts';
import { operatorKeySince } from '../keyring/rotation.ts';
import type { Replica } from '../log/replica.ts';
import type { Views } from './admin.ts';
import { told } from './not-now.ts';

/** How long a question waits for the read models, which stand still for some seconds when their keeper is gone: clients ask again. */
const LAG_MS = 2_000;

const adminView = ({ name, role, keys, addedAt }: Admin): AdminView => ({
  admin: name,
  role,
  keys: [...keys].map((key) => ({ key, fingerprint: publicKeyFingerprint(key) })),
  addedAt: sure(Instant, addedAt),
});

const keyView =
  (world: World) =>
  ({ id, purpose, public: publicKey, addedAt, retired }: Key): KeyView => ({
    id,
    purpose,
    current: currentKey(world, purpose)?.id === id,
    retired,
    addedAt: sure(Instant, addedAt),
    public: publicKey,
  });

const keyStatus =
  ({ fold: { world }, keyring }: Replica, holders: Holders): Views['key.status'] =>
  async () => {
    if (world.keyring === null) return left(refuse('unavailable'));
    const { operatorKey, operatorRetired, keys } = world.keyring;
    const others = await holders.others();
    return right({
      operatorKey,
      operatorKeySince: sure(Instant, operatorKeySince(world)),
      operatorKeyRetired: operatorRetired,
      rotatedBy: keyring.operator.isOurs ? 'service' : 'operator',
      otherDirectories: isLeft(others) ? null : sure(Count, others.right),
      keys: [...keys.values()].map(keyView(world)),
    });
  };

const items = <A>(answer: Either<NotRead, ReadonlyArray<A>>): Either<Refusal, { readonly items: ReadonlyArray<A> }> =>
  map((found: ReadonlyArray<A>) => ({ items: found }))(told(answer));

const secretShow =
  (models: ReadModels): Views['secret.show'] =>
  async ({ path }) => {
    const shown = told(await models.secret(path));
    if (isLeft(shown)) return shown;
    return shown.right === undefined ? left(refuse('not_found', path)) : right(shown.right);
  };

type Asked = { readonly replica: Replica; readonly models: ReadModels; readonly projector: Projector; readonly holders: Holders };

export const makeViews = ({ replica, models, projector, holders }: Asked): Views => {
  const { fold } = replica;
  /** The read models hold what the asker may have been told already, or nothing is said: who is shown too little would believe it. */
  const current = async <A>(ask: () => Promise<Either<Refusal, A>>): Promise<Either<Refusal, A>> =>
    (await projector.waitFor(fold.head().seq, LAG_MS)) ? ask() : left(refuse('behind'));
  return {
    'secret.list': ({ prefix }) => current(async () => items(await models.secrets(prefix))),
    'secret.show': (args) => current(() => secretShow(models)(args)),
    'namespace.list': () => current(async () => items(await models.namespaces())),
    'service.list': ({ service }) => current(async () => items(await models.services(service))),
    'access.list': (args) => current(async () => items(await models.access(args))),
    'inbox.list': () => current(async () => items(await models.inbox(Math.max(fold.world.now, Date.now())))),
    'admin.list': () => Promise.resolve(right({ items: [...fold.world.admins.values()].map(adminView) })),
    'key.status': keyStatus(replica, holders),
    'projections.status': async () => map(({ head, items: views }: ProjectorStatus) => ({ head: sure(Sequence, head), items: views }))(told(await projector.status())),
  };
};
