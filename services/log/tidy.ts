/**
 * What has to follow a decision, by the replica itself: a namespace gets a new key after a delete, what is still needed is
 * wrapped again, what nothing needs is destroyed, and that is recorded. Each step can be repeated, and each is found again in
 * the folded state, so what was interrupted is completed at the next start.
 */
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import { randomId } from '../../crypto/random.ts';
import type { ReplicaCommand } from '../../events/command.ts';
import type { Refusal } from '../../events/refusal.ts';
import { namespaceOf, sure, Sequence, type Id } from '../../events/vocabulary.ts';
import { currentKey, isPending, type Doomed, type NamespaceState } from '../../events/world.ts';
import type { Failure } from '../failure.ts';
import type { Execute, Prepare } from './execute.ts';
import { makeQueues } from './queues.ts';
import type { Replica } from './replica.ts';

type Step = Either<Refusal | Failure, unknown>;
const done: Step = right(undefined);

/** Box keys are kept a day longer than they are given out, for requests on their way. */
export const BOX_KEY_MS = 24 * 60 * 60 * 1000;

/** Each in turn, up to the first that fails. */
const each = async <A>(items: Iterable<A>, step: (item: A) => Promise<Step> | Step): Promise<Step> => {
  for (const item of items) {
    const result = await step(item);
    if (isLeft(result)) return result;
  }
  return done;
};

export type Tidy = () => Promise<Step>;

type Parts = { readonly replica: Replica; readonly follow: (command: ReplicaCommand) => Promise<Step> };

/**
 * What is to go, as it was before anything was wrapped again. What comes to be doomed while this runs is of the next run: to
 * destroy it now would destroy what still wraps something.
 */
type Old = { readonly doomed: ReadonlyMap<Id, Doomed>; readonly hasPrevious: boolean };

const oldNow = ({ replica: { fold, keyring } }: Parts): Old => ({
  doomed: new Map(fold.world.doomed),
  hasPrevious: keyring.operator.hasPrevious(),
});

const rekey = ({ follow }: Parts, { name, key, rekeyFor }: NamespaceState): Promise<Step> | Step =>
  rekeyFor === null ? done : follow({ operation: 'namespace.rekey', namespace: name, old: key, cause: sure(Sequence, rekeyFor) });

const rekeyNamespaces = (parts: Parts): Promise<Step> => each([...parts.replica.fold.world.namespaces.values()], (one) => rekey(parts, one));

/** The keyring's own keys under the operator's key of now, the namespaces' under the root key of now. */
const rewrapKeyring = async ({ replica: { fold, keyring } }: Parts, { doomed, hasPrevious }: Old): Promise<Step> => {
  const { world } = fold;
  const isReplaced = [...doomed.values()].some(({ purpose }) => purpose === 'root');
  const root = currentKey(world, 'root');
  if (root === undefined || (!isReplaced && !hasPrevious)) return done;
  // A root key that goes is not wrapped again: what NATS has on its disk is not erased, and would open with the new key.
  const kept = [...(world.keyring?.keys.keys() ?? [])].filter((id) => doomed.get(id)?.purpose !== 'root');
  const own = await each(kept, (id) => keyring.rewrap(id, keyring.operator.current(), () => true));
  return isLeft(own) ? own : each([...world.namespaces.values()], ({ key }) => keyring.rewrap(key, root.id, (by) => doomed.has(by as Id)));
};

/** Of the namespaces whose key was replaced: the keys of their secrets, under the namespace key of now. */
const rewrapSecrets = async ({ replica: { fold, keyring } }: Parts, { doomed }: Old): Promise<Step> => {
  const { namespaces, secrets } = fold.world;
  const replaced = new Set([...doomed.values()].map(({ namespace }) => namespace).filter((namespace) => namespace !== null));
  if (replaced.size === 0) return done;
  return each([...secrets.values()], ({ path, key }) => {
    const namespace = key === null ? undefined : namespaces.get(namespaceOf(path));
    return key === null || namespace === undefined || !replaced.has(namespace.name) ? done : keyring.rewrap(key, namespace.key, (by) => doomed.has(by as Id));
  });
};

/** A box key is kept for requests on their way; everything else goes at once. */
const isDue = ({ fold: { world } }: Replica, id: Id): boolean => {
  const key = world.keyring?.keys.get(id);
  return key?.purpose !== 'box' || world.now >= key.addedAt + 2 * BOX_KEY_MS;
};

const destroy = async ({ replica, follow }: Parts, cause: number, keys: ReadonlyArray<Id>): Promise<Step> => {
  const destroyed = await each(keys, replica.keyring.destroy);
  return isLeft(destroyed) ? destroyed : follow({ operation: 'keys.destroy', keys, cause: sure(Sequence, cause) });
};

const destroyDoomed = (parts: Parts, { doomed }: Old): Promise<Step> => {
  const due = [...doomed].filter(([id]) => parts.replica.fold.world.doomed.has(id) && isDue(parts.replica, id));
  const causes = new Set(due.map(([, { cause }]) => cause));
  return each(causes, (one) => destroy(parts, one, due.filter(([, { cause }]) => cause === one).map(([id]) => id)));
};

/** Only when everything is wrapped by the current key may the one before it be forgotten. */
const dropOperatorKey = async ({ replica: { fold, keyring }, follow }: Parts, { hasPrevious }: Old): Promise<Step> => {
  if (!hasPrevious) return done;
  const operatorKey = keyring.operator.current();
  const named = fold.world.keyring?.operatorKey === operatorKey ? done : await follow({ operation: 'operator-key.replace', operatorKey });
  return isLeft(named) ? named : keyring.operator.dropPrevious();
};

const expireCredentials = ({ replica: { fold }, follow }: Parts): Promise<Step> =>
  each([...fold.world.services], ([service, credentials]) => {
    const expired = [...credentials.values()].filter((one) => one.status === 'pending' && !isPending(one, fold.world.now));
    return each(expired, ({ fingerprint }) => follow({ operation: 'credential.expire', service, fingerprint }));
  });

const steps = [rewrapKeyring, rewrapSecrets, destroyDoomed, dropOperatorKey, expireCredentials];

/** One run at a time; whoever asks meanwhile gets another one after it. */
export const makeTidy = (replica: Replica, execute: Execute, prepare: Prepare): Tidy => {
  const follow = (command: ReplicaCommand): Promise<Step> => execute({ by: 'replica', id: randomId(), command }, prepare);
  const inTurn = makeQueues();
  let next: Promise<Step> | undefined;
  const run = async (): Promise<Step> => {
    next = undefined;
    const parts = { replica, follow };
    const rekeyed = await rekeyNamespaces(parts);
    if (isLeft(rekeyed)) return rekeyed;
    const old = oldNow(parts);
    return each(steps, (step) => step(parts, old));
  };
  return () => (next ??= inTurn('', run));
};
