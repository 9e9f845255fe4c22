/**
 * What only the keeper of the read models can do: done here where this replica is it, and otherwise handed on to the one that
 * is, as the admin sealed it. That one opens it, and looks at everything again; its answer goes back as it is, sealed to the admin.
 */
import { isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import { utf8 } from '../../crypto/bytes.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { sure, Count, type AdminName, type ReplicaId } from '../../events/vocabulary.ts';
import type { NotNow, Projector, Rebuilt, Verified } from '../../projections/run.ts';
import type { KeptQuery, QueryReply } from '../../protocol/operations.ts';
import type { Broker } from '../broker.ts';
import type { Replica } from '../log/replica.ts';
import type { Opened } from '../request/open.ts';
import { makeLongWork, RUNNING } from './long-work.ts';
import { told } from './not-now.ts';
import { Relayed } from './relayed.ts';

export type KeptAsked = { readonly opened: Opened; readonly admin: AdminName; readonly operation: KeptQuery; readonly isRelayed: boolean };
export type AskKept = (asked: KeptAsked) => Promise<Either<Refusal, Relayed | QueryReply<KeptQuery>>>;
type Parts = { readonly replica: Pick<Replica, 'id' | 'subjects'>; readonly projector: Pick<Projector, KeptVerb>; readonly ask: Broker['ask'] };
type KeptVerb = 'verify' | 'rebuild';

/** Within this everyone is told something: long before NATS, or the admin's client, stops waiting. */
const ANSWER_MS = 5_000;
const RELAY_MS = 8_000;
const STANDBY_EVERY_MS = 100;

type Outcome = Either<NotNow, QueryReply<KeptQuery>>;

const works = ({ verify, rebuild }: Parts['projector']): { readonly [Q in KeptQuery]: () => Promise<Outcome> } => ({
  'projections.verify': async () => map(({ compared, different, ...rest }: Verified) => ({ ...rest, compared: sure(Count, compared), different: sure(Count, different) }))(await verify()),
  'projections.rebuild': async () =>
    map(({ identical, entries, events }: Rebuilt) => ({ identical, entries: sure(Count, entries), events: sure(Count, events) }))(await rebuild()),
});

const relay = async ({ replica: { subjects }, ask }: Parts, { opened, operation }: KeptAsked, holder: ReplicaId): Promise<Either<Refusal, Relayed>> => {
  const bytes = await ask(subjects.replica(holder, operation), utf8(JSON.stringify(opened.sealed)), RELAY_MS);
  return bytes === undefined
    ? left(refuse('unavailable', `${holder} keeps the read models and does not answer; if it is gone, another replica takes its place within seconds`))
    : right(new Relayed(bytes));
};

export const makeKept = (parts: Parts, answerMs = ANSWER_MS): AskKept => {
  const { replica, projector } = parts;
  const todo = works(projector);
  const longWork = makeLongWork<Outcome>();
  return async (asked) => {
    const { admin, operation, isRelayed } = asked;
    for (const end = performance.now() + answerMs; ; await new Promise((resolve) => setTimeout(resolve, STANDBY_EVERY_MS))) {
      const outcome = await longWork(`${admin} ${operation}`, todo[operation], Math.max(0, end - performance.now()));
      if (outcome === RUNNING) return left(refuse('running'));
      if (!isLeft(outcome) || outcome.left._tag !== 'standby') return told(outcome);
      const { holder } = outcome.left;
      // What was handed on is not handed on again: two who each take the other for the keeper would do so for ever.
      if (holder !== null && holder !== replica.id && !isRelayed) return relay(parts, asked, holder);
      // Just after a start, or when the keeper is gone, it takes a moment until there is one.
      if (performance.now() > end) return told(outcome);
    }
  };
};
