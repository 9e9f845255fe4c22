import test from 'ava';
import { isLoopback } from '../../protocol/loopback.ts';
import { networkOf } from './address.ts';
import { isPrivate } from './private.ts';

const from = (socket: object) => isPrivate({ raw: { socket } } as never);

for (const address of ['127.0.0.1', '127.8.9.10', '127.255.255.254', '::1', '[::1]', '::ffff:127.0.0.1', 'localhost'])
  test(`${address} is this machine`, (t) => t.true(isLoopback(address)));

for (const address of ['128.0.0.1', '10.0.0.1', '0.0.0.0', '::', '::2', '::ffff:10.0.0.1', 'fe80::1', '', '127.0.0.1.example.org', '127.0.0.256', '127.1', 'x127.0.0.1', '127.0.0.1\n', 'localhost.', '[::1', '::1]', '::10'])
  test(`${address === '' ? 'nothing' : address} is not`, (t) => t.false(isLoopback(address)));

test('over TLS it does not matter from where, and without an address nothing is believed', (t) => {
  t.true(from({ encrypted: true, remoteAddress: '192.0.2.1' }));
  t.false(from({ remoteAddress: '192.0.2.1' }));
  t.false(from({}));
});

test('what is counted by an address is counted by the network of an IPv6 one', (t) => {
  const wanted = {
    '192.0.2.1': '192.0.2.1', '127.0.0.1': '127.0.0.1', '::1': '::1', '::ffff:192.0.2.1': '192.0.2.1',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64', '2001:db8:1:2::6': '2001:db8:1:2::/64', '2001:db8::6': '2001:db8:0:0::/64', 'fe80::1%eth0': 'fe80:0:0:0::/64',
  };
  for (const [address, network] of Object.entries(wanted)) t.is(networkOf(address), network);
});
