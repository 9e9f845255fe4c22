import test from 'ava';
import fc from 'fast-check';
import type { StoredMsg } from '@nats-io/jetstream';
import { MsgHdrsImpl } from 'nats';
import type { Msg } from 'nats';
import { deliveredMessage, storedMessage } from './jetstream-message.ts';

const data = new Uint8Array([1]);
const delivered = (reply: string) => deliveredMessage({ subject: 'a', reply, data } as unknown as Msg);
const stored = (timestamp: string) => storedMessage({ subject: 'a', seq: 1, timestamp, data, header: new MsgHdrsImpl() } as unknown as StoredMsg);

/** As Go writes it: nanoseconds without the zeros at their end. */
const timestampOf = (ms: number, nanoseconds: number): string => {
  const fraction = `${String(ms % 1000).padStart(3, '0')}${String(nanoseconds).padStart(6, '0')}`.replace(/0+$/, '');
  return `${new Date(ms).toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
};

test('a message has one time, whichever way it is read', (t) => {
  const instant = fc.tuple(fc.integer({ min: 1_700_000_000_000, max: 4_000_000_000_000 }), fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999 })));
  fc.assert(
    fc.property(instant, fc.constantFrom(1, 10, 100, 1000), ([any, nanoseconds], coarse) => {
      const ms = any - (any % coarse);
      const sent = `${ms}${String(nanoseconds).padStart(6, '0')}`;
      t.is(delivered(`$JS.ACK.S.c.1.7.3.${sent}.0`)?.message.time, ms);
      t.is(stored(timestampOf(ms, nanoseconds)).time, ms);
    }),
  );
});

test('both forms of a reply subject are read, and nothing else is taken for one', (t) => {
  for (const reply of ['$JS.ACK.S.c.1.7.3.1700000000000000000.0', '$JS.ACK.hub.HASH.S.c.1.7.3.1700000000000000000.0', '$JS.ACK._.HASH.S.c.1.7.3.1700000000000000000.0.random'])
    t.like(delivered(reply), { count: 3, message: { seq: 7, time: 1_700_000_000_000 } });
  for (const reply of ['', '_INBOX.x', '$JS.ACK.S.c', '$JS.API.S.c.1.7.3.1700000000000000000.0']) t.is(delivered(reply), undefined);
});
