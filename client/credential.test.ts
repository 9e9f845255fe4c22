import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { credentialFingerprint, tokenDigest } from '../crypto/credential.ts';
import { newSigningKey, sign, verify } from '../crypto/sign.ts';
import { AdminName, ServiceName, sure } from '../events/vocabulary.ts';
import { idOf } from '../tests/support/names.ts';
import {
  identityFingerprint,
  newAdminIdentity,
  newKeyIdentity,
  newTokenIdentity,
  readAdminIdentity,
  readServiceIdentity,
  writeAdminIdentity,
  writeServiceIdentity,
} from './credential.ts';

const service = sure(ServiceName, 'billing');
const file = () => join(mkdtempSync(join(tmpdir(), 'jetlock-identity-')), 'identity.json');
const rightOf = <A>(result: E.Either<unknown, A>): A => {
  if (E.isRight(result)) return result.right;
  throw new Error('left');
};
const admin = () => newAdminIdentity({ admin: sure(AdminName, 'ada'), keyring: idOf(1), servicePublicKey: newSigningKey().publicKey });
const secretsIn = (path: string) => {
  const { token, seed } = JSON.parse(readFileSync(path, 'utf8')) as { token?: string; seed?: string };
  return token ?? seed!;
};
const message = new Uint8Array([1, 2, 3]);

test('a token is read back as it was written, in a file of its own', (t) => {
  const [path, identity] = [file(), newTokenIdentity(service)];
  t.true(E.isRight(writeServiceIdentity(path, identity)));
  t.is(statSync(path).mode & 0o777, 0o600);
  const read = rightOf(readServiceIdentity(path));
  if (read.kind !== 'token' || identity.kind !== 'token') return t.fail('a token');
  t.is(read.token.reveal(), identity.token.reveal());
  t.is(read.service, service);
  t.is(identityFingerprint(read), credentialFingerprint('token', tokenDigest(identity.token.reveal())));
});

test('a key that was read back signs for the same public key', (t) => {
  const [path, identity] = [file(), newKeyIdentity(service)];
  t.true(E.isRight(writeServiceIdentity(path, identity)));
  const read = rightOf(readServiceIdentity(path));
  if (read.kind !== 'key' || identity.kind !== 'key') return t.fail('a key');
  t.true(verify(message, sign(message, read.secretKey), identity.publicKey));
  t.is(identityFingerprint(read), identityFingerprint(identity));
});

test('an admin is read back with what they need to know of the service', (t) => {
  const [path, identity] = [file(), admin()];
  t.true(E.isRight(writeAdminIdentity(path, identity)));
  const { secretKey, ...read } = rightOf(readAdminIdentity(path));
  t.like(identity, read);
  t.true(verify(message, sign(message, secretKey), identity.publicKey));
});

test('keys that do not belong together are refused', (t) => {
  const path = file();
  writeAdminIdentity(path, { ...admin(), publicKey: newSigningKey().publicKey });
  t.like(readAdminIdentity(path), { left: { why: `the keys in ${path} do not belong together` } });
});

test('a file that is there stays, unless it is meant to be replaced', (t) => {
  const path = file();
  writeServiceIdentity(path, newTokenIdentity(service));
  const before = secretsIn(path);
  t.true(E.isLeft(writeServiceIdentity(path, newTokenIdentity(service))));
  t.is(secretsIn(path), before);
  t.true(E.isRight(writeServiceIdentity(path, newTokenIdentity(service), { overwrite: true })));
  t.not(secretsIn(path), before);
});

test('a file that others may read is refused', (t) => {
  const path = file();
  writeServiceIdentity(path, newTokenIdentity(service));
  chmodSync(path, 0o640);
  t.like(readServiceIdentity(path), { left: { _tag: 'file' } });
});

test('what cannot be read as an identity is not repeated', (t) => {
  const path = file();
  const canary = 'canary-0123456789';
  const broken = [canary, `{"v":1,"token":"${canary}"`, JSON.stringify({ v: 1, type: 'jetlock-service', service, kind: 'token', token: canary })];
  for (const content of broken) {
    writeFileSync(path, content, { mode: 0o600 });
    for (const result of [readServiceIdentity(path), readAdminIdentity(path)]) {
      t.true(E.isLeft(result));
      t.notRegex(inspect(result, { depth: 9, showHidden: true }), /canary/);
    }
  }
});

test('an identity of one type is not taken for the other', (t) => {
  const path = file();
  writeAdminIdentity(path, admin());
  t.true(E.isLeft(readServiceIdentity(path)));
  writeServiceIdentity(path, newKeyIdentity(service), { overwrite: true });
  t.true(E.isLeft(readAdminIdentity(path)));
});

test('printing an identity shows no secret', (t) => {
  for (const identity of [newTokenIdentity(service), newKeyIdentity(service), admin()]) {
    const path = file();
    if ('admin' in identity) writeAdminIdentity(path, identity);
    else writeServiceIdentity(path, identity);
    t.false(`${inspect(identity, { depth: 9, showHidden: true })}${JSON.stringify(identity)}`.includes(secretsIn(path)));
  }
});
