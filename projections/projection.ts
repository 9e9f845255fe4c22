/** The shape of a read model: a pure fold of what the log's fold accepted. */
import type { Type } from 'io-ts';
import type { Actor } from '../events/decider.ts';
import type { Event } from '../events/event.ts';
import type { Folded, Verdict } from '../events/fold/verdict.ts';
import type { Outcome } from '../events/read/decide.ts';
import type { NamespaceOutcome } from '../events/read/namespace.ts';
import { Doer, sure, type Id, type Instant, type Namespace, type SecretPath, type Sequence, type ServiceName } from '../events/vocabulary.ts';
import { accessOf, type World } from '../events/world.ts';

type At = {
  /** Place in the log of the message that it stood in. */
  readonly seq: Sequence;
  /** The time in the log, milliseconds. */
  readonly now: Instant;
};

/** An event that counts. `by`: who did it, null for what services and replicas did by themselves. */
export type EventFact = At & { readonly _tag: 'event'; readonly by: Doer | null; readonly event: Event };
/** One path of a read, with its outcome. `isKnown`: there is a secret or a stub of that path, or access of the service to it. */
export type ReadFact = At & { readonly _tag: 'read'; readonly service: ServiceName; readonly outcome: Outcome; readonly isKnown: boolean };
/** Reads of a namespace by an access key, as many as a message has that came to the same. */
export type NamespaceReadFact = At & { readonly _tag: 'namespace read'; readonly namespace: Namespace; readonly key: Id; readonly result: NamespaceOutcome['result']; readonly times: number };
export type Fact = EventFact | ReadFact | NamespaceReadFact;

/** What becomes of an entry; undefined takes it away. */
export type Change<E> = readonly [key: string, entry: E | undefined];

/** The read models; each has the bucket of its name. */
export const PROJECTIONS = ['catalog', 'services', 'access', 'inbox', 'usage', 'rollout', 'audit'] as const;
export type ProjectionName = (typeof PROJECTIONS)[number];

export type Projection<E> = {
  readonly name: ProjectionName;
  readonly entry: Type<E, unknown>;
  /** Deterministic: the same facts make the same entries, byte for byte. Changes each key at most once. */
  readonly evolve: (entries: ReadonlyMap<string, E>, fact: Fact) => ReadonlyArray<Change<E>>;
};

/** The keys of the entries that are so. Nothing is copied: there may be a hundred thousand, and what was decided waits for it. */
export const keysWhere = <E>(entries: ReadonlyMap<string, E>, isSo: (entry: E) => boolean): ReadonlyArray<string> => {
  const keys: string[] = [];
  for (const [key, entry] of entries) if (isSo(entry)) keys.push(key);
  return keys;
};

const doerOf = (actor: Actor): Doer | null => {
  if (actor.by === 'admin') return sure(Doer, actor.admin);
  if (actor.by === 'access-key') return sure(Doer, `access-key:${actor.key}`);
  return actor.by === 'token' ? sure(Doer, `token:${actor.label}`) : null;
};

const isKnown = (world: World, service: ServiceName, path: SecretPath): boolean =>
  world.secrets.has(path) || accessOf(world, service, path) !== undefined;

/** A message has many reads by few keys: what is counted of each read costs more than to count them here. */
const namespaceFacts = ({ seq, now }: At, { record, namespaces }: Extract<Verdict, { _tag: 'read' }>): Iterable<NamespaceReadFact> => {
  const facts = new Map<string, NamespaceReadFact & { times: number }>();
  record.namespaces.forEach(({ namespace, key }, i) => {
    const result = namespaces[i]?.result;
    if (result === undefined) return;
    const name = `${key} ${namespace} ${result}`;
    const known = facts.get(name);
    if (known === undefined) facts.set(name, { _tag: 'namespace read', seq, now, namespace, key, result, times: 1 });
    else known.times += 1;
  });
  return facts.values();
};

/**
 * What a folded message tells the read models: nothing, if it was skipped or void.
 * @param world the state after the message, which a read leaves as it was
 */
export const factsOf = ({ seq, now, verdict }: Folded, world: World): ReadonlyArray<Fact> => {
  const at = { seq: seq as Sequence, now: now as Instant };
  if (verdict._tag === 'state') {
    const by = doerOf(verdict.cause.actor);
    return verdict.events.map((event) => ({ _tag: 'event', ...at, by, event }));
  }
  if (verdict._tag !== 'read') return [];
  const facts: Fact[] = [];
  verdict.record.reads.forEach(({ service }, i) => {
    for (const outcome of verdict.outcomes[i] ?? []) facts.push({ _tag: 'read', ...at, service, outcome, isKnown: isKnown(world, service, outcome.path) });
  });
  return [...facts, ...namespaceFacts(at, verdict)];
};
