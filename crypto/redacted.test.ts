import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { Redacted } from './redacted.ts';

const SECRET = 'hunter2-the-secret';

const printed = (value: unknown): string => {
  let text = '';
  const stdout = new Writable({ write: (chunk: Buffer, _, done) => ((text += chunk.toString()), done()) });
  const console = new Console({ stdout });
  console.log(value);
  console.log('%s %o %O %j', value, value, value, value);
  console.dir(value, { showHidden: true, depth: 9 });
  console.table([value]);
  return text;
};

test('reveals what it holds', (t) => {
  fc.assert(fc.property(fc.anything(), (a) => t.is(new Redacted(a).reveal(), a)));
});

test('shows nothing, in whatever way it is printed', (t) => {
  const secret = new Redacted(SECRET);
  const deep = { list: [{ secret }], map: new Map([['key', secret]]), error: new Error('e', { cause: secret }) };
  const ways = [
    // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- what somebody may write by mistake
    `${secret}`, String(secret), JSON.stringify(deep), inspect(deep, { depth: 9, showHidden: true }), format('%s %o %j', secret, secret, secret),
    printed(secret), printed(deep), JSON.stringify(Object.entries(secret)), JSON.stringify(structuredClone(secret)), JSON.stringify(Object.assign({}, secret)),
  ];
  for (const way of ways) t.false(way.includes(SECRET));
  // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- as above
  t.deepEqual([`${secret}`, JSON.stringify(secret), inspect(secret)], ['[redacted]', '"[redacted]"', '[redacted]']);
});

test('bytes show in no writing of theirs', (t) => {
  const secret = new Redacted(Uint8Array.of(201, 202, 203, 204));
  for (const way of [printed(secret), JSON.stringify(secret), String(secret)]) t.notRegex(way, /201|c9|yc|202/i);
});

test('wiped bytes are zeros, and cannot be used as a key', (t) => {
  const bytes = Uint8Array.of(1, 2, 3);
  const secret = new Redacted(bytes);
  secret.wipe();
  secret.wipe();
  t.deepEqual(bytes, new Uint8Array(3));
  t.throws(() => secret.reveal(), { message: 'secret was wiped' });
});

test('wiped text is forgotten', (t) => {
  const secret = new Redacted(SECRET);
  secret.wipe();
  t.throws(() => secret.reveal());
  t.is(String(secret), '[redacted]');
});
