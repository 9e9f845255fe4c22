/** Keys are replaced while a second replica serves, and by themselves when they are old. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { serviceKeys } from '../client/keys.ts';
import type { RotatedPurpose } from '../events/keyring/keyring.ts';
import { Namespace, sure } from '../events/vocabulary.ts';
import { subjects } from './support/jetlock.ts';
import { command, copyOf, keyFileOf, newInstallation, readAll, root, start, statusOf, VALUES, write } from './support/memory-installation.ts';

const base = await newInstallation();
test.after.always(() => rm(root, { recursive: true, force: true }));

const values = Object.values(VALUES);
const rotation = (...purposes: ReadonlyArray<RotatedPurpose>) => ({ operation: 'key.rotate', purposes }) as const;

test.serial('a second replica on the same directory reads and writes through every rotation of the first', async (t) => {
  const place = await copyOf(base);
  const [a, b] = [await start(place), await start(place)];
  const old = await statusOf(b);
  for (const purpose of ['root', 'operator', 'log', 'signing', 'box'] as const) {
    const [, written] = await Promise.all([command(a, rotation(purpose)), write(b, `${purpose}/NEW`, 'new'), write(b, 'a/x/ONE', VALUES['a/x/ONE'])]);
    t.true(written.changed);
    t.deepEqual([await readAll(b), await readAll(a)], [values, values], purpose);
  }
  await Promise.all([command(a, { operation: 'namespace.rotate', namespace: sure(Namespace, 'a/x') }), write(b, 'a/x/LATER', 'v')]);
  t.deepEqual(await readAll(b), values);
  const now = await statusOf(b);
  t.not(now.operatorKey, old.operatorKey);
  t.is((await keyFileOf(place)).previous, null);
  t.deepEqual([a.service.health().ready, b.service.health().ready], [true, true]);
  await Promise.all([a.service.stop(), b.service.stop()]);
  const again = await start(place);
  t.deepEqual(await readAll(again), values);
  await again.service.stop();
});

test.serial('where another directory has a copy of the key file, the operator key stays, and that is told', async (t) => {
  const place = await copyOf(base);
  const copy = { world: place.world, dataDir: (await copyOf(base)).dataDir };
  const [a, b] = [await start(place), await start(copy)];
  const before = await statusOf(a);
  t.is(before.otherDirectories, 1 as never);
  const { note } = await command(a, rotation('root', 'operator'));
  t.regex(note ?? '', /root key, the old one is gone.*the operator key stays/);
  const after = await statusOf(b);
  t.deepEqual([after.operatorKey, after.operatorKeyRetired], [before.operatorKey, true]);
  t.deepEqual([await readAll(a), await readAll(b)], [values, values]);
  await Promise.all([a.service.stop(), b.service.stop()]);
});

test.serial('a client that pins the signing key of before follows it to the new one', async (t) => {
  const running = await start(await copyOf(base));
  const pinned = running.identity.servicePublicKey;
  await command(running, rotation('signing'));
  await command(running, rotation('signing'));
  t.deepEqual(await readAll(running, { signer: pinned }), values);
  const told: string[] = [];
  const keys = serviceKeys({ transport: running.transport, subjects, trust: { signer: pinned }, onNewSigner: (signer) => void told.push(signer) });
  await keys.current();
  const { keys: all } = await statusOf(running);
  t.deepEqual(told, [all.find(({ purpose, current }) => purpose === 'signing' && current)?.public]);
  t.is(all.filter(({ purpose }) => purpose === 'signing').length, 3);
  await running.service.stop();
});

/** The clock of this process, which is also that of the log. */
const later = async (days: number, body: () => Promise<void>): Promise<void> => {
  const { now } = Date;
  Date.now = () => now() + days * 86_400_000;
  try {
    await body();
  } finally {
    Date.now = now;
  }
};

test.serial('the operator key replaces itself when it is 30 days old, a box key goes when its time is over', async (t) => {
  const place = await copyOf(base);
  const keyOf = async () => (await keyFileOf(place)).current.key;
  const first = await keyOf();
  const box = async (running: Awaited<ReturnType<typeof start>>) => (await statusOf(running)).keys.filter(({ purpose }) => purpose === 'box').map(({ id }) => id);
  const start1 = await start(place);
  const [old] = await box(start1);
  await start1.service.stop();
  await later(29, async () => {
    const running = await start(place);
    t.is(await keyOf(), first);
    await running.service.stop();
  });
  await later(31, async () => {
    const running = await start(place);
    t.not(await keyOf(), first);
    t.deepEqual(await readAll(running), values);
    t.false((await box(running)).includes(old!));
    t.false(place.world.keys().has(old!));
    t.false((await readFile(join(place.dataDir, 'operator-keys.json'), 'utf8')).includes(first));
    await running.service.stop();
  });
});
