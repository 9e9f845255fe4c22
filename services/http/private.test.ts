import test from 'ava';
import { isLoopback, isPrivate } from './private.ts';

const from = (socket: object) => isPrivate({ raw: { socket } } as never);

for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])
  test(`${address} is this machine`, (t) => t.true(isLoopback(address)));

for (const address of ['128.0.0.1', '10.0.0.1', '0.0.0.0', '::', '::2', '::ffff:10.0.0.1', 'fe80::1', '', 'localhost', '127.0.0.1.example.org'])
  test(`${address === '' ? 'nothing' : address} is not`, (t) => t.false(isLoopback(address)));

test('over TLS it does not matter from where, and without an address nothing is believed', (t) => {
  t.true(from({ encrypted: true, remoteAddress: '192.0.2.1' }));
  t.false(from({ remoteAddress: '192.0.2.1' }));
  t.false(from({}));
});
