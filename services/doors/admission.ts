/**
 * Who is let in, and when. Requests in sessions that have authenticated go ahead of all others, and there each service has its
 * turn; so has each access key in a lane of theirs, as they can be very many and their changes slow; strangers come by a narrow lane
 * of their own, in which each subject has its turn, since NATS can tie a subject to who may use it. What there is no room for is told
 * `busy`, or nothing at all when even that would be too much: before anything is decoded, opened or written for it.
 */
import { utf8 } from '../../crypto/bytes.ts';
import { refuse } from '../../events/refusal.ts';
import type { Subjects } from '../../events/subjects.ts';
import { toWire } from '../../protocol/refusal.ts';
import { WIRE_BYTES_MAX } from '../../protocol/wire.ts';
import { monotonic, rateLimit } from '../request/rate-limit.ts';
import { ACCESS_KEY_OWNER, type Sessions } from '../request/sessions.ts';
import type { Handle } from './handle.ts';
import { BY_ACCESS_KEY, KNOWN, makeLane, UNKNOWN } from './lane.ts';

/** `address`: whose it is, of what came by HTTP. `turnedAway`: it is answered `busy`. `ignored`: it gets no answer, which who asked on NATS notices by themselves. */
export type Arrival = {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly address?: string;
  readonly answer: (reply: Uint8Array) => void;
  readonly turnedAway?: () => void;
  readonly ignored?: () => void;
};

export type Admission = {
  readonly admit: (arrival: Arrival) => void;
  /** Answers the questions that are open. Resolves when nothing is under way or waits any more, or after the limit. */
  readonly idle: (limitMs: number) => Promise<void>;
};

export type AdmissionParts = {
  readonly handle: Handle;
  readonly ownerOf: Sessions['ownerOf'];
  /** Whether an owner may ask for more now. */
  readonly mayAsk: (owner: string) => boolean;
  /** Whether what an owner asked lately gave it nothing. */
  readonly isFruitless: (owner: string) => boolean;
  readonly subjects: Subjects;
  /** Somebody who asked on a subject was turned away, because it was too much of that owner, or of that subject where nobody is known. */
  readonly onTurnedAway: (subject: string) => void;
  /** Answers the questions that are open. */
  readonly endOpen: () => void;
};

/** What is in hand takes no more memory than that, however large the requests are. */
export const IN_HAND_BYTES_MAX = 64 * 1024 * 1024;
/** Of one owner, of all strangers, and of all who have an access key: there is room beside any two of them. */
export const IN_HAND_BYTES_OF_ONE = Math.floor(IN_HAND_BYTES_MAX / 3);
/** Of a service, and of a session. */
export const REQUESTS_PER_SECOND = 20_000;
/** An answer to each of a flood would be a flood. */
export const TURNED_AWAY_PER_SECOND = 2_000;
const KEYS_PER_SECOND = 5_000;
/** Of one address, by HTTP; all of them have no more together than all on NATS. */
const KEYS_PER_ADDRESS = 1_000;

/** A kind of its own: on NATS nobody waits behind those who come by HTTP, and there each address has its turn. */
const HTTP = 'http';

/** All strangers are one to those who count what they are told; no owner has that name. */
const STRANGERS = '';

const hasAccessKey = (owner: string): boolean => owner.startsWith(ACCESS_KEY_OWNER);
const shareOf = (owner = STRANGERS): string => (hasAccessKey(owner) ? ACCESS_KEY_OWNER : owner);

/** The same bytes to everybody, in no box: nothing was opened. */
export const BUSY = utf8(JSON.stringify({ v: 1, refusal: toWire(refuse('busy')) }));

/** Where a session key is looked for without decoding anything. */
const HEAD_BYTES = 256;
const FROM = /"from"\s*:\s*"([\w-]{43})"/;
const fromIn = ({ buffer, byteOffset, length }: Uint8Array): string =>
  FROM.exec(Buffer.from(buffer, byteOffset, Math.min(length, HEAD_BYTES)).toString('latin1'))?.[1] ?? '';

/** `share`: whose bytes they count among while they are in hand. */
type InHand = Arrival & { readonly share: string };

/** How much is in hand, of whom. */
const makeInHand = () => {
  const shares = new Map<string, number>();
  let all = 0;
  const add = (share: string, bytes: number): void => {
    const own = (shares.get(share) ?? 0) + bytes;
    if (own === 0) shares.delete(share);
    else shares.set(share, own);
    all += bytes;
  };
  const hasRoomOf = ({ share, bytes }: InHand): boolean => (shares.get(share) ?? 0) + bytes.length <= IN_HAND_BYTES_OF_ONE;
  return {
    hasRoomOf,
    take: (arrival: InHand): boolean => {
      const fits = hasRoomOf(arrival) && all + arrival.bytes.length <= IN_HAND_BYTES_MAX;
      if (fits) add(arrival.share, arrival.bytes.length);
      return fits;
    },
    release: ({ share, bytes }: InHand): void => add(share, -bytes.length),
  };
};

/** What is in hand, and telling those for whom there is no room. */
const makeGate = (onTurnedAway: AdmissionParts['onTurnedAway'], now: () => number) => {
  const mayTell = rateLimit(TURNED_AWAY_PER_SECOND, now);
  return {
    ...makeInHand(),
    mayTell,
    /** @param isByOwn it was too much of theirs: nobody is to be held to what others do */
    tellBusy: ({ subject, answer, turnedAway, ignored }: Arrival, name: string, isByOwn: boolean): void => {
      if (isByOwn) onTurnedAway(subject);
      if (!mayTell(name)) return ignored?.();
      turnedAway?.();
      answer(BUSY);
    },
  };
};

const answered = async (handle: Handle, { subject, bytes, answer, address }: Arrival, letGo?: () => void): Promise<void> => {
  const reply = await handle(subject, bytes, letGo, address !== undefined);
  try {
    answer(reply);
  } catch {
    // The connection was closed meanwhile: whoever asked hears of that by itself.
  }
};

/** All lanes; what is in them is in hand, but for questions that stay open: these have bounds of their own. */
const makeLanes = ({ handle, mayAsk, isFruitless }: AdmissionParts, { tellBusy, release }: ReturnType<typeof makeGate>, now: () => number) => {
  let openQuestions = 0;
  const run = (arrival: InHand): Promise<void> =>
    new Promise<void>((done) => {
      let isOpen = false;
      const end = (): void => {
        release(arrival);
        done();
      };
      const letGo = (): void => {
        isOpen = true;
        openQuestions += 1;
        end();
      };
      void answered(handle, arrival, letGo).then(() => {
        if (isOpen) openQuestions -= 1;
        else end();
      });
    });
  const turnAway = (arrival: InHand, name: string, isByOwn: boolean): void => {
    release(arrival);
    tellBusy(arrival, name, isByOwn);
  };
  const known = makeLane<InHand>(KNOWN, { run, turnAway, isFruitless, mayAsk, now });
  const byAccessKey = makeLane<InHand>(BY_ACCESS_KEY, { run, turnAway, now });
  const strangers = makeLane<InHand>(UNKNOWN, { run, turnAway: (arrival, _, isByOwn) => turnAway(arrival, STRANGERS, isByOwn), now });
  const hasNone = (): boolean => [known, byAccessKey, strangers].every((lane) => lane.isIdle()) && openQuestions === 0;
  return { known, byAccessKey, strangers, turnAway, hasNone };
};

export const makeAdmission = (parts: AdmissionParts, now: () => number = monotonic): Admission => {
  const { handle, ownerOf, mayAsk, subjects, onTurnedAway, endOpen } = parts;
  const gate = makeGate(onTurnedAway, now);
  const { known, byAccessKey, strangers, turnAway, hasNone } = makeLanes(parts, gate, now);
  const mayAskForKeys = rateLimit(KEYS_PER_SECOND, now);
  const mayAskFrom = rateLimit(KEYS_PER_ADDRESS, now);
  const isTold = (address: string | undefined): boolean => (address === undefined ? mayAskForKeys('') : mayAskFrom(address) && mayAskForKeys(HTTP));
  const isWithinRate = rateLimit(REQUESTS_PER_SECOND, now);
  const isWelcome = (owner: string, from: string): boolean => isWithinRate(owner) && isWithinRate(from) && mayAsk(owner);
  // Admins have a turn whatever requesters do, and those who ask whatever those do who register.
  const kindOf = (subject: string): string => subject.slice(0, subject.indexOf('.', subjects.prefix.length + 1));

  const admitKnown = (arrival: InHand, owner: string, from: string): void => {
    if (isWelcome(owner, from)) (hasAccessKey(owner) ? byAccessKey : known).offer('', owner, arrival);
    else turnAway(arrival, owner, true);
  };
  const admit = (arrival: Arrival): void => {
    const { subject, bytes, address } = arrival;
    if (subject === subjects.keys) return isTold(address) ? void answered(handle, arrival) : arrival.ignored?.();
    // That it is too large is soon said.
    if (bytes.length > WIRE_BYTES_MAX) return gate.mayTell(STRANGERS) ? void answered(handle, arrival) : arrival.ignored?.();
    const from = fromIn(bytes);
    const owner = ownerOf(from);
    // What is added stands first: behind what is copied, V8 makes it thirty times as slowly.
    const inHand = { share: shareOf(owner), ...arrival };
    if (!gate.take(inHand)) gate.tellBusy(arrival, owner ?? STRANGERS, owner === inHand.share && !gate.hasRoomOf(inHand));
    else if (owner !== undefined) admitKnown(inHand, owner, from);
    else strangers.offer(address === undefined ? kindOf(subject) : HTTP, address ?? subject, inHand);
  };
  const idle = async (limitMs: number): Promise<void> => {
    endOpen();
    for (const end = now() + limitMs; now() < end && !hasNone(); ) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { admit, idle };
};
