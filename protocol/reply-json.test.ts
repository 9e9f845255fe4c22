/** What is written out is what JSON says. */
import test from 'ava';
import * as fc from 'fast-check';
import { fits } from '../events/fits.ts';
import { GetReply, WatchReply } from './operations.ts';
import { NamespaceContents } from './namespaces.ts';
import { contentsJson, getReplyJson, replyJson, watchReplyJson } from './reply-json.ts';
import { Reply } from './wire.ts';

const path = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}$/);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((all) => Buffer.from(all).toString('base64url'));
const orNull = <A>(some: fc.Arbitrary<A>) => fc.option(some, { nil: null });
const instant = fc.nat({ max: Number.MAX_SAFE_INTEGER });

const got = fc.oneof(
  fc.record({ path, outcome: fc.constant('value'), version: fc.integer({ min: 1 }), offlineUntil: orNull(instant), value: fc.integer({ min: 0, max: 100 }).chain(bytes) }, { noNullPrototype: true }),
  fc.record({ path, outcome: fc.constant('refused') }, { noNullPrototype: true }),
);
const getReply = fc.record({ seq: instant, messageHash: bytes(32), checkpoint: fc.constant(null), results: fc.array(got, { maxLength: 3 }), more: fc.array(path, { maxLength: 3 }) }, { noNullPrototype: true });
// Whatever can be in a subject that somebody wrote.
const reply = fc.record(
  { v: fc.constant(1), type: fc.constant('rep'), subject: fc.string({ unit: 'binary' }), service: orNull(fc.constant('shop')), id: bytes(16), time: instant, known: orNull(fc.constant('secrets.known.A_-')) },
  { noNullPrototype: true },
);

test('a reply to a read', (t) => {
  fc.assert(
    fc.property(getReply, (made) => {
      t.true(fits(GetReply, made));
      t.deepEqual(JSON.parse(getReplyJson(made as unknown as GetReply)), made);
    }),
  );
});

test('news, and that there are none', (t) => {
  const whole = fc.record({ news: orNull(getReply) }, { noNullPrototype: true });
  fc.assert(
    fc.property(whole, (made) => {
      t.true(fits(WatchReply, made));
      t.deepEqual(JSON.parse(watchReplyJson((made as unknown as WatchReply).news)), made);
    }),
  );
});

test('a reply around what is JSON already', (t) => {
  fc.assert(
    fc.property(reply, fc.jsonValue(), (rest, result) => {
      const whole = { ...rest, result, refusal: null };
      t.true(fits(Reply, whole));
      t.deepEqual(JSON.parse(replyJson(rest as unknown as Reply, JSON.stringify(result))), JSON.parse(JSON.stringify(whole)));
    }),
  );
});

test('what a namespace has', (t) => {
  const contents = fc.record({ namespace: path, seq: instant, messageHash: bytes(32), checkpoint: fc.constant(null), more: fc.boolean() }, { noNullPrototype: true });
  const secrets = fc.array(fc.record({ key: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/), version: fc.integer({ min: 1 }), value: bytes(20) }, { noNullPrototype: true }), { maxLength: 3 });
  fc.assert(
    fc.property(contents, secrets, (rest, all) => {
      t.true(fits(NamespaceContents, { ...rest, secrets: all }));
      t.deepEqual(JSON.parse(contentsJson(rest as unknown as NamespaceContents, JSON.stringify(all))), { ...rest, secrets: all });
    }),
  );
});
