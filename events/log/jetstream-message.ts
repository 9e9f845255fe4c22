/** From a message of JetStream to one of the log: the same reading whether it was delivered or asked for. */
import type { StoredMsg } from '@nats-io/jetstream';
import type { Msg, MsgHdrs } from 'nats';
import type { LogMessage } from './log.ts';

/** The header that carries a message's MAC. */
export const MAC_HEADER = 'Jetlock-Mac';

/** Headers that break the rules throw where they are read; anyone who may publish can send such, and must stop nobody with it. */
const macOf = (headers: () => MsgHdrs | undefined): string => {
  try {
    return headers()?.get(MAC_HEADER) ?? '';
  } catch {
    return '';
  }
};

/** A plain view: what the socket hands out may be a Buffer, which compares and prints differently. */
const bytes = (data: Uint8Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Milliseconds, cut and not rounded, so that every reader of a message finds the same. `2026-11-22T02:45:12.1234Z` has up to nine digits. */
const timeOf = (timestamp: string): number => {
  const [seconds = '', fraction = ''] = timestamp.replace('Z', '').split('.');
  return Date.parse(`${seconds}Z`) + Number(fraction.slice(0, 3).padEnd(3, '0'));
};

/** A message read by its sequence. */
export const storedMessage = (stored: StoredMsg): LogMessage => ({
  subject: stored.subject,
  seq: stored.seq,
  time: timeOf(stored.timestamp),
  data: bytes(stored.data),
  mac: macOf(() => stored.header),
});

export type Delivered = {
  readonly message: LogMessage;
  /** Place among what this consumer delivered, from 1: a gap is a loss. */
  readonly count: number;
  /** How many more the consumer had then. */
  readonly pending: number;
  /** As it came, with all its headers. */
  readonly msg: Msg;
};

// `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<ns>.<pending>`; newer servers may write a
// domain and an account before the stream and a random token at the end.
const SHORT_FORM = 9;
const LONG_FORM = 11;

/** A message that a consumer delivered; none if its reply subject is not one of JetStream's. */
export const deliveredMessage = (msg: Msg): Delivered | undefined => {
  const tokens = (msg.reply ?? '').split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK') return undefined;
  if (tokens.length !== SHORT_FORM && tokens.length < LONG_FORM) return undefined;
  const [seq = '', count = '', nanoseconds = '', pending = ''] = tokens.slice(tokens.length === SHORT_FORM ? 5 : 7);
  return {
    message: { subject: msg.subject, seq: Number(seq), time: Number(nanoseconds.slice(0, -6)), data: bytes(msg.data), mac: macOf(() => msg.headers) },
    count: Number(count),
    pending: Number(pending),
    msg,
  };
};
