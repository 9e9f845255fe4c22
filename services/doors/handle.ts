/**
 * The one handler behind every door: decode → open → authenticate → decide → append → fold → reply. It takes the bytes of
 * anyone and gives bytes back, sealed to whoever asked, and never throws.
 */
import { isLeft, left, type Either } from 'fp-ts/lib/Either.js';
import { utf8 } from '../../crypto/bytes.ts';
import { refuse, type Refusal, type RefusalCode } from '../../events/refusal.ts';
import { sure, Instant, type ServiceName } from '../../events/vocabulary.ts';
import { toWire } from '../../protocol/refusal.ts';
import { replyJson } from '../../protocol/reply-json.ts';
import { ServiceKeys, UnsealedReply, type Reply, type Request } from '../../protocol/wire.ts';
import type { Replica } from '../log/replica.ts';
import { isInTime } from '../request/in-time.ts';
import { open, sealReply, type Opened, type Opener } from '../request/open.ts';
import type { Replays } from '../request/replays.ts';
import { Json } from '../operations/json.ts';
import { Relayed } from '../operations/relayed.ts';
import type { Watch } from '../operations/watch.ts';
import { isLater } from '../soon.ts';
import { makeRoute, type Route } from './route.ts';

type Operation = (opened: Opened, isRelayed: boolean) => Promise<Either<Refusal, unknown>>;

export type DoorParts = {
  readonly replica: Replica;
  readonly opener: Opener;
  readonly replays: Replays;
  readonly keys: () => Promise<ServiceKeys | undefined>;
  readonly register: Operation;
  readonly get: Operation;
  readonly report: Operation;
  readonly namespace: Operation;
  readonly watch: Watch['watch'];
  readonly admin: Operation;
  /** Where a service that has shown who it is may ask. */
  readonly knownSubject: (service: ServiceName) => string | undefined;
  readonly onRefused: (code: RefusalCode, service: ServiceName | null) => void;
  /** Something that must not happen: its kind, never its content. */
  readonly onDefect: (error: unknown) => void;
};

/**
 * @param letGo called when the answer is none of now: what is asked waits for something to happen
 * @param isByHttp the subject says which operation, and no more: services have no subjects of their own there
 */
export type Handle = (subject: string, bytes: Uint8Array, letGo?: () => void, isByHttp?: boolean) => Promise<Uint8Array>;

/** Where something arrived. */
type At = { readonly subject: string; readonly isByHttp: boolean };

const unsealed = (refusal: Refusal): Uint8Array => utf8(JSON.stringify(UnsealedReply.encode({ v: 1, refusal: toWire({ code: refusal.code }) })));

/**
 * The request was made for this place, now, and for the first time that this replica sees. A copy at another replica harms
 * nobody: the log knows the ids of commands, and every answer is sealed to who asked first.
 */
const fresh = ({ replays }: DoorParts, { request }: Opened, subject: string): Refusal | undefined => {
  if (request.subject !== subject) return refuse('malformed', 'another subject');
  if (!isInTime(request.time)) return refuse('stale');
  const seen = replays.see(request.id);
  if (seen === 'full') return refuse('busy');
  return seen === 'seen' ? refuse('replayed') : undefined;
};

/** The subject that it has to be made for. By HTTP that is also the own one of whoever asks, on which the same bytes are answered on NATS; of no other operation. */
const madeFor = ({ replica: { subjects } }: DoorParts, { request }: Opened, { subject, isByHttp }: At): string =>
  subjects.isKnown(subject) || (isByHttp && request.subject.startsWith(`${subject}.`)) ? request.subject : subject;

/** Whoever shows what does not count any more has no right of way at the door any more. */
const isStranger = ({ code }: Refusal): boolean => code === 'unauthorized' || code === 'signature';

const reply = (opened: Opened, operation: string, result: Either<Refusal, unknown>, known: string | null): Uint8Array => {
  const { subject, service, id }: Request = opened.request;
  const common = { v: 1, type: 'rep', subject, service, id, time: sure(Instant, Date.now()), known } as const;
  if (!isLeft(result) && result.right instanceof Relayed) return result.right.bytes;
  if (!isLeft(result) && result.right instanceof Json) return sealReply(opened, replyJson(common, result.right.reveal()));
  if (!isLeft(result)) return sealReply(opened, JSON.stringify({ ...common, result: result.right, refusal: null } satisfies Reply));
  // Admins are told what exactly was refused. A requester is told which field is wrong, and nothing else: that says nothing of secrets.
  const isTold = operation === 'admin' || result.left.code === 'malformed';
  const told = isTold ? result.left : { code: result.left.code };
  return sealReply(opened, JSON.stringify({ ...common, result: null, refusal: toWire(told) } satisfies Reply));
};

export const makeHandle = (parts: DoorParts): Handle => {
  const { replica, opener, onRefused } = parts;
  const { subjects } = replica;
  const route = makeRoute(subjects, replica.id);

  const operate = ({ operation, isRelayed }: Route, opened: Opened, letGo: () => void): Promise<Either<Refusal, unknown>> =>
    operation === 'watch' ? parts.watch(opened, letGo) : parts[operation](opened, isRelayed);

  /** Told once, and only to whom it belongs. */
  const knownTo = ({ request: { service }, sealed }: Opened): string | null =>
    service !== null && opener.sessions.ownerOf(sealed.from) === service ? (parts.knownSubject(service) ?? null) : null;

  const carryOut = async (opened: Opened, at: At, letGo: () => void): Promise<Uint8Array> => {
    const { request } = opened;
    const isKnown = subjects.isKnown(at.subject);
    const routed = route(madeFor(parts, opened, at));
    if (routed === undefined || (isKnown && routed.service === null)) return unsealed(refuse('malformed'));
    const isOwn = routed.service === null || routed.service === request.service;
    const refused = isOwn ? fresh(parts, opened, routed.subject) : refuse('unauthorized');
    const result = refused === undefined ? await operate(routed, opened, letGo) : left(refused);
    if (isLeft(result) && isStranger(result.left)) opened.session.forget();
    if (isLeft(result)) onRefused(result.left.code, result.left.code === 'credential_pending' ? request.service : null);
    return reply(opened, routed.operation, result, isKnown ? null : knownTo(opened));
  };

  const keys = async (): Promise<Uint8Array> => {
    const told = await parts.keys();
    return told === undefined ? unsealed(refuse('unavailable')) : utf8(JSON.stringify(ServiceKeys.encode(told)));
  };

  return async (subject, bytes, letGo = () => undefined, isByHttp = false) => {
    try {
      if (subject === subjects.keys) return await keys();
      if (!replica.health().ready) return unsealed(refuse('unavailable'));
      const opening = open(opener, bytes);
      const opened = isLater(opening) ? await opening : opening;
      if (!isLeft(opened)) return await carryOut(opened.right, { subject, isByHttp }, letGo);
      onRefused(opened.left.code, null);
      return unsealed(opened.left);
    } catch (error) {
      parts.onDefect(error);
      return unsealed(refuse('unavailable'));
    }
  };
};
