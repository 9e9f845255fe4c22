/** Questions of admins: answered from the read models, once these hold all that was folded when the question came. */
import { fromNullable, isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { sure, Count, Instant, Sequence } from '../../events/vocabulary.ts';
import { currentKey, type Key, type World } from '../../events/world.ts';
import { readModels, type ReadModels } from '../../projections/read.ts';
import { foldedRows, storedRows, type NotRead } from '../../projections/rows.ts';
import type { Projector } from '../../projections/run.ts';
import type { ProjectorStatus } from '../../projections/status.ts';
import type { ViewStore } from '../../projections/view-store.ts';
import type { KeyView } from '../../protocol/views.ts';
import type { Audit } from '../audit/audit.ts';
import type { Holders } from '../keyring/holders.ts';
import { operatorKeySince } from '../keyring/rotation.ts';
import type { Replica } from '../log/replica.ts';
import type { Views } from './admin.ts';
import { adminPage, signedView, tokenPage } from './admin-views.ts';
import { makeHealth } from './health.ts';
import { told } from './not-now.ts';

/** How long a question waits for the read models, which stand still for some seconds when their keeper is gone: clients ask again. */
const LAG_MS = 2_000;

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

type Asked = { readonly replica: Replica; readonly store: ViewStore; readonly projector: Projector; readonly holders: Holders; readonly audit: Audit } & Pick<Parameters<typeof makeHealth>[0], 'listener'>;

export const makeViews = ({ replica, store, projector, holders, audit, listener }: Asked): Views => {
  const { fold } = replica;
  const stored = readModels(storedRows(store));
  /** The read models hold what the asker may have been told already, or nothing is said: who is shown too little would believe it. */
  const current = async <A>(ask: (models: ReadModels) => Promise<Either<NotRead, A>>): Promise<Either<Refusal, A>> => {
    const head = fold.head().seq;
    const folded = projector.folded();
    // What was folded in this process is at hand, once it was; until then the store has what another one wrote.
    if (folded.applied() >= head) return told(await ask(readModels(foldedRows(folded.models, store))));
    return (await projector.waitFor(head, LAG_MS)) ? told(await ask(stored)) : left(refuse('behind'));
  };
  const now = (): number => Math.max(fold.world.now, Date.now());
  return {
    'secret.list': (args) => current((models) => models.secrets(args)),
    'secret.show': async ({ path }) => {
      const shown = await current((models) => models.secret(path, now()));
      return isLeft(shown) ? shown : fromNullable(refuse('not_found', path))(shown.right);
    },
    'secret.reads': audit.reads,
    'missing.list': (args) => current((models) => models.missing(args)),
    'namespace.list': (args) => current((models) => models.namespaces(args)),
    'service.list': (args) => current((models) => models.services(args, now())),
    'credential.list': (args) => current((models) => models.credentials(args)),
    'access.list': (args) => current((models) => models.access(args)),
    'inbox.list': (args) => current((models) => models.inbox(args, now())),
    'audit.list': audit.list,
    'health.show': makeHealth({ replica, projector, listener }),
    'admin.list': (args) => Promise.resolve(right(adminPage(fold.world, args))),
    'admin.key.signed': ({ fingerprint }) => Promise.resolve(fromNullable(refuse('not_found', 'that key'))(signedView(fold.world, fingerprint, now()))),
    'token.list': (args) => Promise.resolve(right(tokenPage(fold.world, now(), args))),
    'key.status': keyStatus(replica, holders),
    'projections.status': async () => map(({ head, items: views }: ProjectorStatus) => ({ head: sure(Sequence, head), items: views }))(told(await projector.status())),
  };
};
