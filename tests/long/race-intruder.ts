/**
 * Somebody with every right on NATS and no key, all through a race: hears every message that is sent to the log, also those
 * that the log turns down, and publishes them again, byte for byte, or with what a key would be needed for made up.
 */
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { headers, type Msg, type MsgHdrs, type NatsConnection } from 'nats';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import { randomId } from '../../crypto/random.ts';
import { MAC_HEADER } from '../../events/log/jetstream.ts';
import { subjects } from '../support/clients.ts';

type Heard = { readonly data: Uint8Array; readonly mac: string };

export type Intruder = {
  /** How many messages were published again, or made up. */
  readonly published: () => { readonly repeated: number; readonly forged: number };
  readonly stop: () => void;
};

const KEPT = 8;
/** Of the closes, and of the read messages, so that honest writers meet both: a subject that is theirs, and one that is not. */
const AFTER_CLOSES = 0.5;
const AFTER_READS = 0.05;

const isOpening = (text: string): boolean => text.includes('"type":"AccessGranted"') || text.includes('"type":"SecretEnabled"');
const isSpending = (text: string): boolean => text.includes('"type":"AccessConsumed"');
const isClosing = (text: string): boolean => text.includes('"type":"AccessRevoked"') || text.includes('"type":"SecretDisabled"');

const withMac = (mac: string): MsgHdrs => {
  const made = headers();
  if (mac !== '') made.set(MAC_HEADER, mac);
  return made;
};

/** An opening as its admin would have it now: all of it right that is not under the MAC's or the signature's key. */
const forged = (opening: Heard, closing: Heard, place: number): Uint8Array => {
  const head = /"head":\{[^}]*\}/.exec(fromUtf8(closing.data))?.[0] ?? '';
  const now = String(Date.now());
  return utf8(
    fromUtf8(opening.data)
      .replace(/"id":"[^"]+"/, `"id":"${randomId()}"`)
      .replace(/"at":\d+/, `"at":${now}`)
      .replace(/"prev":\d+/, `"prev":${place}`)
      .replace(/"head":\{[^}]*\}/, head)
      .replace(/\\"id\\":\\"[^"]+\\"/, `\\"id\\":\\"${randomId()}\\"`)
      .replace(/\\"at\\":\d+/, `\\"at\\":${now}`)
      .replace(/\\"seen\\":\d+/, `\\"seen\\":${place}`),
  );
};

type Intrusion = { readonly nc: NatsConnection; readonly manager: JetStreamManager; readonly openings: Map<string, Heard[]>; readonly spendings: Map<string, Heard[]>; readonly own: Set<string>; repeated: number; forged: number };

const keyOf = ({ data, mac }: Heard): string => `${mac} ${fromUtf8(data)}`;

const publish = ({ nc, own }: Intrusion, subject: string, message: Heard): void => {
  own.add(keyOf(message));
  nc.publish(subject, message.data, { headers: withMac(message.mac) });
};

/** The place of the close, if it is the last on its subject already. */
const placeOf = async ({ manager }: Intrusion, subject: string, { mac }: Heard): Promise<number | undefined> => {
  const last = await manager.streams.getMessage(subjects.stream, { last_by_subj: subject }).catch(() => null);
  return last?.header.get(MAC_HEADER) === mac ? last.seq : undefined;
};

const afterClose = async (intrusion: Intrusion, subject: string, closing: Heard): Promise<void> => {
  const openings = intrusion.openings.get(subject) ?? [];
  const place = await placeOf(intrusion, subject, closing);
  const last = openings.at(-1);
  if (place !== undefined && last !== undefined) {
    intrusion.forged += 1;
    publish(intrusion, subject, { data: forged(last, closing, place), mac: last.mac });
  }
  intrusion.repeated += openings.length;
  for (const opening of openings) publish(intrusion, subject, opening);
};

/** Spends what was granted before anybody reads it, by what spent, or was too late to spend, the grant before. */
const afterOpening = (intrusion: Intrusion, subject: string): void => {
  const spendings = intrusion.spendings.get(subject) ?? [];
  intrusion.repeated += spendings.length;
  for (const spending of spendings) publish(intrusion, subject, spending);
};

const keep = (kept: Map<string, Heard[]>, subject: string, message: Heard): void => void kept.set(subject, [...(kept.get(subject) ?? []), message].slice(-KEPT));

const onRead = (intrusion: Intrusion, subject: string, message: Heard): void => {
  if (Math.random() > AFTER_READS) return;
  intrusion.repeated += 1;
  intrusion.forged += 1;
  publish(intrusion, subject, { ...message, mac: '' });
  publish(intrusion, subject, message);
};

const hear = (intrusion: Intrusion, { subject, data, headers: found }: Msg): void => {
  const message = { data: data.slice(), mac: found?.get(MAC_HEADER) ?? '' };
  if (intrusion.own.delete(keyOf(message))) return;
  if (subjects.isRead(subject)) return onRead(intrusion, subject, message);
  const text = fromUtf8(data);
  if (isSpending(text)) keep(intrusion.spendings, subject, message);
  if (isOpening(text)) {
    keep(intrusion.openings, subject, message);
    afterOpening(intrusion, subject);
  }
  if (isClosing(text) && Math.random() < AFTER_CLOSES) void afterClose(intrusion, subject, message).catch(() => undefined);
};

export const startIntruder = async (nc: NatsConnection): Promise<Intruder> => {
  const manager = await jetstreamManager(nc, { checkAPI: false });
  const intrusion: Intrusion = { nc, manager, openings: new Map(), spendings: new Map(), own: new Set(), repeated: 0, forged: 0 };
  const subscription = nc.subscribe(subjects.all, { callback: (error, message) => (error === null ? hear(intrusion, message) : undefined) });
  await nc.flush();
  return { published: () => ({ repeated: intrusion.repeated, forged: intrusion.forged }), stop: () => subscription.unsubscribe() };
};
