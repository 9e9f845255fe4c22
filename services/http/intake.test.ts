/** What strangers may take of the service before anything of theirs was looked at. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import test from 'ava';
import { CONNECTIONS_OF_ONE, limitConnections } from './connections.ts';
import { collect, HELD_BYTES_MAX, HELD_BYTES_OF_ONE, makeIntake } from './intake.ts';

const ONE = 1024 * 1024;

test('one address holds so much, all of them together so much, and what was answered makes room', (t) => {
  const { hold } = makeIntake();
  const own = Array.from({ length: HELD_BYTES_OF_ONE / ONE }, () => hold('192.0.2.1'));
  for (const one of own) t.true(one.take(ONE));
  const tooMuch = hold('192.0.2.1');
  t.false(tooMuch.take(1));
  tooMuch.release();
  own[0]?.release();
  own[0]?.release();
  t.true(hold('192.0.2.1').take(ONE));
  const proxy = hold('127.0.0.1');
  t.true(proxy.take(HELD_BYTES_MAX - HELD_BYTES_OF_ONE));
  t.false(hold('192.0.2.2').take(1));
  proxy.release();
  t.true(hold('192.0.2.2').take(1));
});

/** What becomes of a body that comes in these parts. */
const taken = (parts: ReadonlyArray<string>, bytesMax: number, headers: object = {}, isRoom = true): Promise<string> =>
  new Promise((resolve) => {
    const payload = Object.assign(new PassThrough(), { headers }) as unknown as IncomingMessage & PassThrough;
    const hold = { take: () => isRoom, release: () => undefined };
    collect(payload, bytesMax, hold, (error, body) => resolve(error === null ? String(body) : String((error as { statusCode?: number }).statusCode)));
    for (const part of parts) payload.write(part);
    payload.end();
  });

test('a body is whole, or it is too large as soon as that is known, or there is no room for it', async (t) => {
  t.is(await taken(['ab', 'cd'], 4), 'abcd');
  t.is(await taken([], 4), '');
  t.is(await taken(['ab', 'cde'], 4), '413');
  t.is(await taken([], 4, { 'content-length': '5' }), '413');
  t.is(await taken(['ab'], 4, {}, false), '429');
});

test('one address has so many connections, and a closed one makes room', (t) => {
  const server = Object.assign(new EventEmitter(), { maxConnections: 0 });
  limitConnections(server as never);
  const connect = (remoteAddress: string) => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress, isOpen: true, destroy: () => void (socket.isOpen = false) });
    server.emit('connection', socket);
    return socket;
  };
  const own = Array.from({ length: CONNECTIONS_OF_ONE }, (_, at) => connect(`2001:db8::${at.toString(16)}`));
  t.true(own.every(({ isOpen }) => isOpen));
  t.false(connect('2001:db8::ffff').isOpen);
  t.true(connect('2001:db8:1::1').isOpen);
  t.true(Array.from({ length: 2 * CONNECTIONS_OF_ONE }, () => connect('127.0.0.1')).every(({ isOpen }) => isOpen));
  own[0]?.emit('close');
  t.true(connect('2001:db8::ffff').isOpen);
  t.true(server.maxConnections > 0);
});
