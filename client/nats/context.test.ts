import * as E from 'fp-ts/lib/Either.js';
import test from 'ava';
import { contextFile, isContextName, mergeSettings, parseContext, parseServers } from './context.ts';

/** As `nats context save` writes it. */
const stored = {
  description: 'production',
  url: 'nats://one:4222,nats://two:4222',
  socks_proxy: '',
  token: '',
  user: '',
  password: '',
  creds: '~/prod.creds',
  nkey: '',
  cert: '/etc/cert.pem',
  key: '/etc/key.pem',
  ca: '/etc/~/ca.pem',
  nsc: '',
  jetstream_domain: '',
  jetstream_api_prefix: '',
  jetstream_event_prefix: '',
  inbox_prefix: '_INBOX_shop',
  user_jwt: '',
  color_scheme: '',
  tls_first: true,
};

test('a context of the nats command line is read by its own names', (t) => {
  t.deepEqual(
    parseContext(JSON.stringify(stored), '/home/ada'),
    E.right({
      servers: 'nats://one:4222,nats://two:4222',
      creds: '/home/ada/prod.creds',
      tlscert: '/etc/cert.pem',
      tlskey: '/etc/key.pem',
      tlsca: '/etc/~/ca.pem',
      inboxPrefix: '_INBOX_shop',
      tlsFirst: true,
    }),
  );
});

test('a context that asks for more than we can do is refused, by the field', (t) => {
  for (const field of ['nsc', 'user_jwt', 'socks_proxy', 'jetstream_domain', 'jetstream_api_prefix'])
    t.deepEqual(parseContext(JSON.stringify({ ...stored, [field]: 'x' }), '/'), E.left(`it uses ${field}, which is not supported here`));
});

test('what is no context is refused, and nothing of it repeated', (t) => {
  for (const text of ['', '{', '1', '"s3cr3t"', JSON.stringify({ password: ['s3cr3t'] })])
    t.deepEqual(parseContext(text, '/'), E.left('it is not a context of the nats command line'), text);
});

test('who says who they are is not the user of the context as well', (t) => {
  const context = { servers: 'one', creds: '/c', inboxPrefix: 'i' };
  t.deepEqual(mergeSettings({ nkey: '/n' }, context), { servers: 'one', nkey: '/n', inboxPrefix: 'i' });
  t.deepEqual(mergeSettings({ servers: 'two' }, context), { ...context, servers: 'two' });
});

test('a name leads to a file in the directory of contexts, and nowhere else', (t) => {
  t.is(contextFile('/home/ada/.config', 'prod'), '/home/ada/.config/nats/context/prod.json');
  for (const name of ['prod', 'a.b', 'A_1-b']) t.true(isContextName(name), name);
  for (const name of ['', '.', '..', '../prod', 'a/b', '/etc/x', 'a\nb']) t.false(isContextName(name), name);
});

test('addresses are taken apart, so that what is printed holds no password', (t) => {
  t.deepEqual(parseServers('nats://ada:s3%3Acr3t@one:4222, two'), { addresses: ['one:4222', 'two'], tls: false, user: { name: 'ada', password: 's3:cr3t' } });
  t.deepEqual(parseServers(['tls://t0ken@[::1]:4222/']), { addresses: ['[::1]:4222'], tls: true, user: { token: 't0ken' } });
  for (const wrong of ['', [], 'http://one', 'one two', 'nats://', 'one,,two', 'nats://a:b@c@one', 'nats://a:%@one', 'one:4222?x=y'] as const)
    t.is(parseServers(wrong), undefined, String(wrong));
});
