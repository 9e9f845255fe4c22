/**
 * What has to follow a decision, by the replica itself: keys that were retired get successors, a namespace gets a new key after
 * a delete, what is still needed is wrapped again, what nothing needs is destroyed, and that is recorded. Each step can be
 * repeated, and each is found again in the folded state, so what was interrupted is completed at the next start.
 */
import { isLeft, left } from 'fp-ts/lib/Either.js';
import { randomId } from '../../crypto/random.ts';
import { namespaceOf, sure, Sequence, type Fingerprint, type Id } from '../../events/vocabulary.ts';
import { BOX_KEY_MS, currentKey, isPending, type Doomed, type NamespaceState } from '../../events/world.ts';
import type { Holders } from '../keyring/holders.ts';
import { isOperatorKeyNext, replaceKeys } from '../keyring/rotation.ts';
import type { Execute, Prepare } from './execute.ts';
import { makeQueues } from './queues.ts';
import type { Replica } from './replica.ts';
import { done, each, type Step, type TidyParts } from './tidy-step.ts';

export type Tidy = () => Promise<Step>;

/**
 * What is to go, as it was before anything was wrapped again. What comes to be doomed while this runs is of the next run: to
 * destroy it now would destroy what still wraps something.
 */
type Old = { readonly doomed: ReadonlyMap<Id, Doomed>; readonly hasPrevious: boolean };

const oldNow = ({ replica: { fold, keyring } }: TidyParts): Old => ({
  doomed: new Map(fold.world.doomed),
  hasPrevious: keyring.operator.hasPrevious(),
});

const rekey = ({ follow }: TidyParts, { name, key, rekeyFor }: NamespaceState): Promise<Step> | Step =>
  rekeyFor === null ? done : follow({ operation: 'namespace.rekey', namespace: name, old: key, cause: sure(Sequence, rekeyFor) });

const rekeyNamespaces = (parts: TidyParts): Promise<Step> => each([...parts.replica.fold.world.namespaces.values()], (one) => rekey(parts, one));

const isRootDoomed = (doomed: ReadonlyMap<Id, Doomed>): boolean => [...doomed.values()].some(({ purpose }) => purpose === 'root');

/**
 * The keyring's own keys under the operator's key of now. What is newer than we know stays as it is. A root key that goes is not
 * wrapped again: what NATS has on its disk is not erased, and would open with the new key.
 */
const rewrapKeyring = ({ replica: { fold, keyring } }: TidyParts): Promise<Step> | Step => {
  const { world } = fold;
  const known = world.keyring;
  if (known === null || known.operatorKeys.size < 2) return done;
  const isReplaced = (by: string): boolean => by !== known.operatorKey && known.operatorKeys.has(by as Fingerprint);
  const kept = [...known.keys.keys()].filter((id) => world.doomed.get(id)?.purpose !== 'root');
  return each(kept, (id) => keyring.rewrap(id, known.operatorKey, isReplaced));
};

/** Namespace keys under the root key of now. */
const rewrapNamespaces = ({ replica: { fold, keyring } }: TidyParts, { doomed }: Old): Promise<Step> | Step => {
  const root = currentKey(fold.world, 'root');
  if (root === undefined || !isRootDoomed(doomed)) return done;
  return each([...fold.world.namespaces.values()], ({ key }) => keyring.rewrap(key, root.id, (by) => doomed.has(by as Id)));
};

/** Of the namespaces whose key was replaced: the keys of their secrets, under the namespace key of now. */
const rewrapSecrets = async ({ replica: { fold, keyring } }: TidyParts, { doomed }: Old): Promise<Step> => {
  const { namespaces, secrets } = fold.world;
  const replaced = new Set([...doomed.values()].map(({ namespace }) => namespace).filter((namespace) => namespace !== null));
  if (replaced.size === 0) return done;
  return each([...secrets.values()], ({ path, key }) => {
    const namespace = key === null ? undefined : namespaces.get(namespaceOf(path));
    return key === null || namespace === undefined || !replaced.has(namespace.name) ? done : keyring.rewrap(key, namespace.key, (by) => doomed.has(by as Id));
  });
};

/** A box key is kept a day longer than it is given out, for requests on their way, unless an admin had it replaced; everything else goes at once. */
const isDue = ({ replica: { fold }, now }: TidyParts, id: Id): boolean => {
  const key = fold.world.keyring?.keys.get(id);
  return key?.purpose !== 'box' || key.retired || Math.max(fold.world.now, now()) >= key.addedAt + 2 * BOX_KEY_MS;
};

/** What one record names fits into a message. */
const DESTROYED_AT_ONCE = 1_000;

const destroy = async (parts: TidyParts, cause: number, keys: ReadonlyArray<Id>): Promise<Step> => {
  const some = keys.slice(0, DESTROYED_AT_ONCE);
  if (some.length === 0) return done;
  const destroyed = await each(some, parts.replica.keyring.destroy);
  const recorded = isLeft(destroyed) ? destroyed : await parts.follow({ operation: 'keys.destroy', keys: some, cause: sure(Sequence, cause) });
  return isLeft(recorded) ? recorded : destroy(parts, cause, keys.slice(DESTROYED_AT_ONCE));
};

const destroyDoomed = (parts: TidyParts, { doomed }: Old): Promise<Step> => {
  const due = [...doomed].filter(([id]) => parts.replica.fold.world.doomed.has(id) && isDue(parts, id));
  const causes = new Set(due.map(([, { cause }]) => cause));
  return each(causes, (one) => destroy(parts, one, due.filter(([, { cause }]) => cause === one).map(([id]) => id)));
};

/** Only when everything is wrapped by the current key may the one before it be forgotten; a root key that goes is not, and has gone then. */
const dropOperatorKey = ({ replica: { fold, keyring } }: TidyParts, { hasPrevious }: Old): Step => {
  const { world } = fold;
  return !hasPrevious || world.keyring === null || isRootDoomed(world.doomed) ? done : keyring.operator.dropPrevious(world.keyring.operatorKey);
};

const expireCredentials = ({ replica: { fold }, follow }: TidyParts): Promise<Step> =>
  each([...fold.world.services], ([service, credentials]) => {
    const expired = [...credentials.values()].filter((one) => one.status === 'pending' && !isPending(one, fold.world.now));
    return each(expired, ({ fingerprint }) => follow({ operation: 'credential.expire', service, fingerprint }));
  });

const steps = [rewrapKeyring, rewrapNamespaces, rewrapSecrets, destroyDoomed, dropOperatorKey, expireCredentials];

const once = async (parts: TidyParts): Promise<Step> => {
  const replaced = await each([replaceKeys, rekeyNamespaces], (step) => step(parts));
  if (isLeft(replaced)) return replaced;
  const old = oldNow(parts);
  return each(steps, (step) => step(parts, old));
};

const run = async (parts: TidyParts): Promise<Step> => {
  const isNext = isOperatorKeyNext(parts);
  try {
    const result = await once(parts);
    return isLeft(result) || !isNext || isOperatorKeyNext(parts) ? result : await once(parts);
  } catch (error) {
    // A key that another replica destroyed was in use here: the next run does without it.
    return left(error);
  }
};

type Given = { readonly replica: Replica; readonly execute: Execute; readonly prepare: Prepare; readonly holders: Holders; readonly warn: (what: string) => void };

const DAY_MS = 24 * 60 * 60 * 1000;

/** Not more than once a day the same. */
const daily = (warn: (what: string) => void): TidyParts['warn'] => {
  const told = new Map<string, number>();
  return (what) => {
    if (Date.now() < (told.get(what) ?? 0) + DAY_MS) return done;
    told.set(what, Date.now());
    warn(what);
    return done;
  };
};

/** One run at a time; whoever asks meanwhile gets another one after it. */
export const makeTidy = ({ replica, execute, prepare, holders, warn }: Given): Tidy => {
  const follow: TidyParts['follow'] = (command) => execute({ by: 'replica', id: randomId(), command }, prepare);
  const parts: TidyParts = { replica, holders, follow, now: Date.now, warn: daily(warn) };
  const inTurn = makeQueues();
  let next: Promise<Step> | undefined;
  return () =>
    (next ??= inTurn('', () => {
      next = undefined;
      return run(parts);
    }));
};
