/**
 * What has to follow a decision, by the replica itself: a namespace gets a new key after a delete, what is still needed is
 * wrapped again, what nothing needs is destroyed, and that is recorded. Each step can be repeated, and each is found again in
 * the folded state, so what was interrupted is completed at the next start.
 */
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import { randomId } from '../../crypto/random.ts';
import type { ReplicaCommand } from '../../events/command.ts';
import type { Refusal } from '../../events/refusal.ts';
import { namespaceOf, sure, Sequence, type Fingerprint, type Id } from '../../events/vocabulary.ts';
import { currentKey, isPending, type NamespaceState } from '../../events/world.ts';
import type { Failure } from '../failure.ts';
import type { Execute, Prepare } from './execute.ts';
import type { Replica } from './replica.ts';

type Step = Either<Refusal | Failure, unknown>;
const done: Step = right(undefined);

/** Box keys are kept a day longer than they are given out, for requests on their way. */
export const BOX_KEY_MS = 24 * 60 * 60 * 1000;

/** Each in turn, up to the first that fails. */
const each = async <A>(items: Iterable<A>, step: (item: A) => Promise<Step>): Promise<Step> => {
  for (const item of items) {
    const result = await step(item);
    if (isLeft(result)) return result;
  }
  return done;
};

export type Tidy = () => Promise<Step>;

export const makeTidy = (replica: Replica, execute: Execute, prepare: Prepare): Tidy => {
  const { keyring, fold } = replica;
  const { world } = fold;

  const follow = (command: ReplicaCommand): Promise<Step> => execute({ by: 'replica', id: randomId(), command }, prepare);

  const rekey = (namespace: NamespaceState): Promise<Step> =>
    namespace.rekeyFor === null
      ? Promise.resolve(done)
      : follow({ operation: 'namespace.rekey', namespace: namespace.name, old: namespace.key, cause: sure(Sequence, namespace.rekeyFor) });

  /** Of the namespaces whose key was replaced: the keys of their secrets, under the namespace key of now. */
  const rewrapSecrets = async (): Promise<Step> => {
    const replaced = new Set([...world.doomed.values()].map(({ namespace }) => namespace).filter((namespace) => namespace !== null));
    if (replaced.size === 0) return done;
    return each([...world.secrets.values()], async ({ path, key }) => {
      const namespace = key === null ? undefined : world.namespaces.get(namespaceOf(path));
      return key === null || namespace === undefined || !replaced.has(namespace.name) ? done : keyring.rewrap(key, namespace.key);
    });
  };

  /** The keyring's own keys under the operator's key of now, the namespaces' under the root key of now. */
  const rewrapKeyring = async (): Promise<Step> => {
    const isReplaced = [...world.doomed.values()].some(({ purpose }) => purpose === 'root');
    if (!isReplaced && !keyring.operator.hasPrevious()) return done;
    const root = currentKey(world, 'root');
    if (root === undefined) return done;
    const own = await each(world.keyring?.keys.keys() ?? [], (id) => keyring.rewrap(id, keyring.operator.current()));
    return isLeft(own) ? own : each(world.namespaces.values(), ({ key }) => keyring.rewrap(key, root.id));
  };

  const isDue = (id: Id): boolean => {
    const key = world.keyring?.keys.get(id);
    return key?.purpose !== 'box' || world.now >= key.addedAt + 2 * BOX_KEY_MS;
  };

  const destroy = async (cause: number, keys: ReadonlyArray<Id>): Promise<Step> => {
    const destroyed = await each(keys, keyring.destroy);
    return isLeft(destroyed) ? destroyed : follow({ operation: 'keys.destroy', keys, cause: sure(Sequence, cause) });
  };

  const destroyDoomed = (): Promise<Step> => {
    const due = [...world.doomed].filter(([id]) => isDue(id));
    const causes = new Set(due.map(([, { cause }]) => cause));
    return each(causes, (one) => destroy(one, due.filter(([, { cause }]) => cause === one).map(([id]) => id)));
  };

  /** Only when everything is wrapped by the current key may the one before it be forgotten. */
  const dropOperatorKey = async (): Promise<Step> => {
    if (!keyring.operator.hasPrevious()) return done;
    const operatorKey: Fingerprint = keyring.operator.current();
    const named = world.keyring?.operatorKey === operatorKey ? done : await follow({ operation: 'operator-key.replace', operatorKey });
    return isLeft(named) ? named : keyring.operator.dropPrevious();
  };

  const expire = (): Promise<Step> =>
    each(world.services, ([service, credentials]) =>
      each([...credentials.values()], ({ fingerprint, ...credential }) =>
        credential.status === 'pending' && !isPending({ fingerprint, ...credential }, world.now)
          ? follow({ operation: 'credential.expire', service, fingerprint })
          : Promise.resolve(done),
      ),
    );

  const steps: ReadonlyArray<() => Promise<Step>> = [
    () => each([...world.namespaces.values()], rekey),
    rewrapKeyring,
    rewrapSecrets,
    destroyDoomed,
    dropOperatorKey,
    expire,
  ];

  let running: Promise<Step> | undefined;
  let wanted = false;

  const run = async (): Promise<Step> => {
    let result: Step = done;
    do {
      wanted = false;
      result = await each(steps, (step) => step());
    } while (wanted && !isLeft(result));
    return result;
  };

  return () => {
    if (keyring.operator.keyFor(keyring.operator.current()) === undefined) return Promise.resolve(done);
    wanted = true;
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
};

