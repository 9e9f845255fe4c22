/** A plaintext value from another machine over plain HTTP, by each way that takes one: no machine needs an address of its own for this. */
import test from 'ava';
import type { FastifyRequest } from 'fastify';
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import { newApiToken, tokenDigest } from '../../crypto/credential.ts';
import { fromUtf8, toBase64, utf8 } from '../../crypto/bytes.ts';
import { newSalt, valueDigest } from '../../crypto/hash.ts';
import type { SaltedValue } from '../../crypto/value.ts';
import { AdminName, Namespace, sure } from '../../events/vocabulary.ts';
import type { SignedRoute } from '../../protocol/http/route.ts';
import { routes } from '../../protocol/http/routes.ts';
import { FIRST_ADMIN, KEYRING, newHistory } from '../../tests/support/history.ts';
import { signedCall } from '../../tests/support/http.ts';
import { idOf, keyPairOf } from '../../tests/support/names.ts';
import type { Call } from './call.ts';
import { namespaceHandlers } from './namespaces.ts';
import { NOBODY, type Principal } from './principal.ts';
import { signedHandler } from './signed.ts';
import { tokenWrite } from './token-write.ts';

type Socket = { readonly remoteAddress?: string; readonly encrypted?: true };
type Written = (value: Pick<SaltedValue, 'value'> | null) => Promise<Either<never, object>>;

/** What a proxy may say of itself is there in every call, and changes nothing. */
const PROXIED = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', forwarded: 'for=127.0.0.1;proto=https', 'x-real-ip': '127.0.0.1' };

const callFrom = (socket: Socket, body: unknown, principal: Principal = NOBODY): Call => ({
  request: { headers: PROXIED, raw: { socket } } as unknown as FastifyRequest,
  ...{ reply: undefined as never, args: {}, bytes: new Uint8Array(), body, principal },
});

const history = newHistory({ time: Date.now() });
const token = { kind: 'token', id: idOf(1), role: 'writer' } as const;
history.admin('token.issue', { admin: FIRST_ADMIN, token: token.id, label: 'ci', role: 'writer', digest: tokenDigest(newApiToken().reveal()), until: history.now() + 3_600_000 });
const admin = { admin: sure(AdminName, FIRST_ADMIN), ...keyPairOf(1), keyring: KEYRING.id, servicePublicKey: keyPairOf(2).publicKey };
const session = { kind: 'session', admin: admin.admin, role: 'admin', key: admin.publicKey, csrf: 'c' } as const;

const enclosed = () => {
  const [salt, value] = [newSalt(), utf8('plain')];
  return { ...signedCall(admin, { operation: 'secret.write', path: 'app/KEY', digest: valueDigest(salt, value), description: null, ifVersion: null }), enclosed: { value: toBase64(value), salt: toBase64(salt) } };
};
const secretWrite = routes.find((route): route is SignedRoute => route.name === 'secret.write')!;

/** Each with its handler, behind which is nothing but `written`. */
const WAYS: Readonly<Record<string, (socket: Socket, written: Written) => unknown>> = {
  'the signed write of an admin': (socket, written) =>
    signedHandler({ replica: history, forged: () => undefined, commands: (_: unknown, value: { readonly value: string } | null) => written(value === null ? null : { value: Buffer.from(value.value, 'base64') }) } as never, secretWrite)(callFrom(socket, enclosed(), session)),
  'the write of an API token': (socket, written) =>
    tokenWrite({ replica: history, opener: undefined, carryOut: (_: unknown, __: unknown, value: SaltedValue) => written(value) } as never, callFrom(socket, { path: 'app/KEY', value: 'plain' }, token), token),
  'the write of an access key': (socket, written) => {
    const namespaces = { opened: () => right({ namespace: sure(Namespace, 'app'), id: idOf(2) }), write: (_: unknown, __: unknown, ___: unknown, value: SaltedValue) => written(value) };
    return namespaceHandlers({ namespaces, sharedSecret: { isSet: false }, isLocal: true } as never)['namespace.write'](callFrom(socket, { key: 'KEY', value: 'plain' }));
  },
};

/** What was written, or why nothing was. */
const tried = async (name: string, socket: Socket): Promise<string> => {
  let text = 'nothing';
  const outcome = (await WAYS[name]?.(socket, async (value) => ((text = fromUtf8(value?.value ?? utf8('no value'))), right({})))) as Either<{ readonly code: string }, unknown>;
  return isLeft(outcome) ? `${outcome.left.code}, ${text}` : text;
};

for (const name of Object.keys(WAYS))
  test(`${name} takes a plaintext value over TLS or from this machine, and from nowhere else`, async (t) => {
    for (const remoteAddress of ['192.0.2.1', '10.0.0.1', '2001:db8::1', '::ffff:192.0.2.1', '0.0.0.0', '']) {
      t.is(await tried(name, { remoteAddress }), 'plaintext, nothing', remoteAddress);
      t.is(await tried(name, { remoteAddress, encrypted: true }), 'plain', remoteAddress);
    }
    t.is(await tried(name, {}), 'plaintext, nothing');
    for (const remoteAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) t.is(await tried(name, { remoteAddress }), 'plain', remoteAddress);
  });
