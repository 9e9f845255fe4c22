import test from 'ava';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { randomId } from '../crypto/random.ts';
import { newSigningKey, sign, boxKeyBytes, signerBytes, type KeyPair } from '../crypto/sign.ts';
import { newBoxKey } from '../crypto/box.ts';
import type { ServiceKeys } from '../protocol/wire.ts';
import { fakeService, subjects, tagOf, unsealedReply, parsed } from '../tests/support/fake-service.ts';
import { serviceKeys, type Trust } from './keys.ts';

const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;

const keysOf = (service = fakeService(() => NOW), trust: Trust = { signer: service.signer.publicKey }, now = () => NOW) => ({
  service,
  keys: serviceKeys({ transport: service.transport, subjects, trust, now }),
});

test('keys signed by the pinned signer are taken, and asked for once while they are valid', async (t) => {
  const { service, keys } = keysOf();
  const both = await Promise.all([keys.current(), keys.current()]);
  t.true(both.every(E.isRight));
  t.deepEqual(await keys.current(), both[0]);
  t.is(service.asked.length, 1);
});

test('keys of another signer are refused, also where their signature is right', async (t) => {
  const { keys } = keysOf(fakeService(() => NOW), { signer: newSigningKey().publicKey });
  t.is(tagOf(await keys.current()), 'distrusted');
});

test('no field can be changed without its signature', async (t) => {
  const changes: ReadonlyArray<Partial<Record<keyof ServiceKeys, unknown>>> = [
    { keyring: randomId() },
    { kid: randomId() },
    { key: newBoxKey().publicKey },
    { notBefore: NOW - 1 },
    { notAfter: NOW + 2 * DAY_MS },
    { signature: sign(new Uint8Array(1), newSigningKey().secretKey) },
  ];
  for (const change of changes) {
    const { service, keys } = keysOf();
    service.script.keys = (told) => ({ ...told, ...change });
    t.is(tagOf(await keys.current()), 'distrusted', Object.keys(change).join());
  }
});

test('a key is taken from a minute before its time to its end, and never after', (t) =>
  fc.assert(
    fc.asyncProperty(fc.oneof(fc.integer({ min: -120_000, max: 2 * DAY_MS }), fc.constantFrom(-60_001, -60_000, DAY_MS - 1, DAY_MS)), async (age) => {
      const { keys } = keysOf(undefined, undefined, () => NOW + age);
      t.is(tagOf(await keys.current()), age >= -60_000 && age < DAY_MS ? 'right' : 'distrusted', `at ${age} ms`);
    }),
  ));

test('keys that are over are asked for anew', async (t) => {
  let now = NOW;
  const service = fakeService(() => now);
  const { keys } = keysOf(service, undefined, () => now);
  const first = await keys.current();
  now += DAY_MS;
  service.replaceBoxKey();
  const second = await keys.current();
  t.true(E.isRight(second));
  t.notDeepEqual(first, second);
});

test('trust on first use holds on to the signer that it saw first', async (t) => {
  const { service, keys } = keysOf(undefined, { firstUse: true });
  t.true(E.isRight(await keys.current()));
  const other = newSigningKey();
  service.script.keys = (told) => ({ ...told, signer: other.publicKey, signature: sign(boxKeyBytes(told), other.secretKey) });
  t.is(tagOf(await keys.renewed()), 'distrusted');
  t.true(E.isRight(await keys.current()), 'the checked keys stay in use');
});

test('trust on first use does not hold on to a signer whose signature is wrong', async (t) => {
  const { service, keys } = keysOf(undefined, { firstUse: true });
  const other = newSigningKey();
  service.script.keys = (told) => ({ ...told, signer: other.publicKey });
  t.is(tagOf(await keys.current()), 'distrusted');
  service.script.keys = (told) => told;
  t.true(E.isRight(await keys.current()));
});

test('a service that is not ready is unavailable; anything else is not understood', async (t) => {
  const { service, keys } = keysOf();
  service.script.keys = () => parsed(unsealedReply('unavailable'));
  t.is(tagOf(await keys.current()), 'unavailable');
  service.script.keys = () => ({ v: 2 });
  t.is(tagOf(await keys.current()), 'not_understood');
});

/** The service as it is after its signing key was replaced, once for each key. */
const signedBy = (service: ReturnType<typeof fakeService>, ...newer: ReadonlyArray<KeyPair>) => {
  const signers = [service.signer, ...newer];
  const last = newer.at(-1) ?? service.signer;
  const chain = newer.map(({ publicKey }, at) => ({ older: signers[at]?.publicKey, newer: publicKey, signature: sign(signerBytes(publicKey), signers[at]!.secretKey) }));
  service.script.keys = (told) => ({ ...told, signer: last.publicKey, signature: sign(boxKeyBytes(told), last.secretKey), chain });
};

test('a signing key that the trusted one leads to is trusted from then on, and told; there is no way back', async (t) => {
  const service = fakeService(() => NOW);
  const told: string[] = [];
  const keys = serviceKeys({ transport: service.transport, subjects, trust: { signer: service.signer.publicKey }, now: () => NOW, onNewSigner: (signer) => void told.push(signer) });
  t.true(E.isRight(await keys.current()));
  const [second, third] = [newSigningKey(), newSigningKey()];
  signedBy(service, second, third);
  t.true(E.isRight(await keys.renewed()));
  t.true(E.isRight(await keys.renewed()));
  t.deepEqual(told, [third.publicKey]);
  signedBy(service, second);
  t.is(tagOf(await keys.renewed()), 'distrusted');
});

test('a chain of more than 16 links is not gone along', async (t) => {
  for (const [length, outcome] of [[16, 'right'], [17, 'not_understood']] as const) {
    const { service, keys } = keysOf();
    signedBy(service, ...Array.from({ length }, newSigningKey));
    t.is(tagOf(await keys.current()), outcome);
  }
});
