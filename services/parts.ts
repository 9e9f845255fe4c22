/** The parts of a replica that answer, made once and joined: values, commands, reads, queries, and the handler over them. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Logger } from 'pino';
import { hashing } from '../crypto/hash.ts';
import type { Redacted } from '../crypto/redacted.ts';
import { followLater } from '../events/log/later.ts';
import { startProjector, type Projector } from '../projections/run.ts';
import type { ListenerView } from '../protocol/pages.ts';
import { makeAudit, type Audit } from './audit/audit.ts';
import type { Broker } from './broker.ts';
import { makeAdmission, type Admission } from './doors/admission.ts';
import { makeHandle, type DoorParts } from './doors/handle.ts';
import { makeKnown, type Known } from './doors/known.ts';
import { makeLive, type Live } from './live/live.ts';
import { awaitKey } from './keyring/await-key.ts';
import type { Holders } from './keyring/holders.ts';
import { makeCommits, type Commits } from './log/commit.ts';
import type { Execute } from './log/execute.ts';
import { logCrypto, type Replica } from './log/replica.ts';
import { makeTidy, type Tidy } from './log/tidy.ts';
import { makeValues } from './log/values.ts';
import { verdictsOf } from './log/verdicts.ts';
import { logNamespace, logAccess, logCall, type CallSeen } from './observe/access-log.ts';
import { afterwards } from './observe/afterwards.ts';
import { makeMetrics, type Metrics } from './observe/metrics.ts';
import { sumRefusals, type RefusalSums } from './observe/refusals.ts';
import { makeAdmin, type Views } from './operations/admin.ts';
import { makeCarryOut, makeCommands, type CarryOut, type Commands } from './operations/commands.ts';
import { makeContentsJson, type ContentsJson } from './operations/contents-json.ts';
import { makeFollowUps } from './operations/follow-ups.ts';
import { makeGather } from './operations/gather.ts';
import { makeGet } from './operations/get.ts';
import { makeBoxKeys, type BoxKeys } from './operations/keys.ts';
import { makeKept } from './operations/kept.ts';
import { makeNamespace } from './operations/namespace.ts';
import { makeNamespaces, type NamespaceParts, type Namespaces } from './operations/namespaces.ts';
import { makePrepare } from './operations/prepare.ts';
import { makeViews } from './operations/queries.ts';
import { isFruitlessBy, makeRead, REFUSED_READS, type ReadParts } from './operations/read.ts';
import { makeRegister } from './operations/register.ts';
import { makeReport, REPORTS } from './operations/report.ts';
import type { Opener } from './request/open.ts';
import { makeWatch, type Watch } from './operations/watch.ts';
import { makeAllowance } from './request/rate-limit.ts';
import { makeReplays } from './request/replays.ts';
import { makeLook, makeSecondLook } from './request/second-look.ts';
import { makeSharedSecret, type SharedSecret } from './request/shared-secret.ts';
import { makeSessions, UNKNOWN_BY_HTTP, type Sessions } from './request/sessions.ts';
import { keepHeapSmallUntil } from './small-heap.ts';

type Given = {
  readonly replica: Replica;
  readonly execute: Execute;
  readonly holders: Holders;
  readonly broker: Broker;
  readonly logger: Logger;
  /** What those share with the service who make namespaces; none unless given. */
  readonly sharedSecret: Redacted<string> | undefined;
  /** Resolves when requests are answered. */
  readonly open: Promise<void>;
  /** Where it listens for HTTP, once it does. */
  readonly listener: () => ListenerView | undefined;
};

export type Parts = {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly refusals: RefusalSums;
  readonly commits: Commits;
  readonly tidy: Tidy;
  readonly boxKeys: BoxKeys;
  /** Forgets what was shared with box keys that are destroyed, whichever way it came. */
  readonly forgetSessions: Sessions['forget'];
  readonly contents: ContentsJson;
  readonly projector: Projector;
  readonly audit: Audit;
  readonly live: Live;
  readonly admission: Admission;
  readonly known: Known;
  readonly views: Views;
  readonly commands: Commands;
  readonly carryOut: CarryOut;
  readonly namespaces: Namespaces;
  readonly sharedSecret: SharedSecret;
  /** For boxes that come by HTTP, of admins and tokens. */
  readonly opener: Opener;
  readonly accessKeyOpener: Opener;
  readonly onDefect: (error: unknown) => void;
  readonly onAnswered: (seen: CallSeen) => void;
  readonly tellsRoutine: () => boolean;
  readonly watch: Watch;
};

/** @param joined called when the read models go on with the replica's fold */
const makeProjector = ({ replica, broker, logger, open }: Given, joined: () => void): Promise<Projector> => {
  const { listen, widen } = verdictsOf(replica);
  const join: typeof widen = (place) => {
    const isDone = widen(place);
    if (isDone) joined();
    return isDone;
  };
  return startProjector({
    // It folds everything again: not while the replica itself is still on its way.
    log: followLater(replica.log, open),
    subjects: replica.subjects,
    store: broker.views,
    replica: replica.id,
    crypto: logCrypto(replica.keyring),
    verdicts: { listen, widen: join },
    loadKey: async (key) => !isLeft(await awaitKey(replica.keyring, key, () => !replica.health().failed)),
    newHashing: hashing,
    onFailure: (why) => {
      logger.error({ why: why._tag }, 'read models stand still');
      // They are folded from the first message: what was altered before the place that a saved fold stands at is noticed here.
      if (why._tag === 'halted') replica.fail(why.why);
    },
  });
};

/** From when requests are answered, which is when the read models begin to be made. */
const startReadModels = async (given: Given, { reads }: Commits): Promise<Projector> => {
  let tellJoined = (): void => undefined;
  const joined = new Promise<void>((resolve) => (tellJoined = resolve));
  void given.open.then(() => keepHeapSmallUntil(joined, reads));
  return makeProjector(given, tellJoined);
};

type Seen = Pick<DoorParts, 'onRefused' | 'onDefect'> & Pick<ReadParts, 'onAccess'> & Pick<NamespaceParts, 'onNamespace'>;

/** Everything that is told to those who watch. */
const observers = (logger: Logger, metrics: Metrics, refusals: RefusalSums): Seen => {
  const access = logAccess(logger);
  const namespace = logNamespace(logger);
  return {
    onNamespace: afterwards((seen) => {
      namespace(seen);
      metrics.read(seen.outcome);
    }),
    onAccess: afterwards((seen) => {
      access(seen);
      metrics.read(seen.outcome);
    }),
    onRefused: (code, service) => {
      refusals.add(code, service);
      metrics.refused(code);
    },
    onDefect: (error) => {
      logger.error({ err: error }, 'defect');
    },
  };
};

/** What admins are shown. */
const makeShown = ({ replica, holders, broker, listener }: Given, projector: Projector) => {
  const audit = makeAudit({ replica, store: broker.views, projector });
  const live = makeLive({ replica, audit, projector });
  return { audit, live, views: makeViews({ replica, store: broker.views, projector, holders, audit, listener }) };
};

/** Whoever has many new sessions by one way keeps nobody from getting one by another. */
const makeOpeners = ({ secret: boxKey }: BoxKeys) => {
  const nats = { sessions: makeSessions(), boxKey };
  const [http, accessKeys] = [{ sessions: makeSessions(UNKNOWN_BY_HTTP), boxKey }, { sessions: makeSessions(UNKNOWN_BY_HTTP), boxKey }];
  const forget: Sessions['forget'] = (kids) => {
    for (const { sessions } of [nats, http, accessKeys]) sessions.forget(kids);
  };
  return { nats, http, accessKeys, forget };
};

export const makeParts = async (given: Given): Promise<Parts> => {
  const { replica, execute, holders, broker, logger } = given;
  const [metrics, refusals] = [makeMetrics(replica), sumRefusals()];
  const { onAccess, onNamespace, ...seen } = observers(logger, metrics, refusals);
  const commits = makeCommits(replica);
  const values = makeValues(replica);
  const contents = makeContentsJson(values);
  const prepare = makePrepare({ replica, values });
  const tidy = makeTidy({ replica, execute, prepare: prepare(null), holders, warn: (what) => logger.warn(what) });
  const boxKeys = makeBoxKeys(replica, execute, prepare(null));
  const projector = await startReadModels(given, commits);
  const followUps = makeFollowUps(replica, execute);
  const [known, refusedReads] = [makeKnown(replica), makeAllowance(REFUSED_READS)];
  const look = makeLook(replica);
  const lookAgain = makeSecondLook(replica, look);
  const carryOut = makeCarryOut({ replica, execute, prepare, tidy });
  const commands = makeCommands(carryOut);
  const { audit, live, views } = makeShown(given, projector);
  const openers = makeOpeners(boxKeys);
  const read = makeRead({ replica, commits, execute, values, followUps, lookAgain, onAccess });
  const watch = makeWatch({ replica, read, values, commits, lookAgain, refusedReads });
  const namespaces = makeNamespaces({ replica, execute, prepare, carryOut, commits, contents, onNamespace, lookAgain: look });
  const sharedSecret = makeSharedSecret(given.sharedSecret);
  const handle = makeHandle({
    ...seen,
    knownSubject: known.subjectOf,
    replica,
    opener: openers.nats,
    replays: makeReplays(),
    keys: boxKeys.told,
    register: makeRegister(replica, execute),
    get: makeGet({ replica, read, lookAgain, refusedReads }),
    watch: watch.watch,
    report: makeReport({ replica, lookAgain, gather: makeGather({ replica, execute }), reports: makeAllowance(REPORTS) }),
    namespace: makeNamespace(namespaces, sharedSecret),
    admin: makeAdmin({ replica, commands, views, kept: makeKept({ replica, projector, ask: broker.ask }) }),
  });
  const admission = makeAdmission({ handle, ownerOf: openers.nats.sessions.ownerOf, mayAsk: refusedReads.isLeft, isFruitless: isFruitlessBy(refusedReads), subjects: replica.subjects, onTurnedAway: known.turnedAway, endOpen: watch.end });
  return { logger, metrics, refusals, commits, tidy, boxKeys, forgetSessions: openers.forget, contents, projector, admission, known, views, commands, audit, live, carryOut, opener: openers.http, accessKeyOpener: openers.accessKeys, watch, namespaces, sharedSecret, onDefect: seen.onDefect, onAnswered: afterwards(logCall(logger)), tellsRoutine: () => logger.isLevelEnabled('debug') };
};
