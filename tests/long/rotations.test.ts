/**
 * A process that dies at any of its calls to the log or to the bucket of keys while keys are replaced: whoever starts next
 * completes it, everything opens, and what had to go is gone.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { RotatedPurpose } from '../../events/keyring/keyring.ts';
import { Namespace, sure } from '../../events/vocabulary.ts';
import { latch } from '../support/latch.ts';
import type { Death } from '../support/memory-broker.ts';
import { command, copyOf, GONE, keyFileOf, NEW, newInstallation, readAll, root, start, statusOf, VALUES, write, type Place, type Running } from '../support/memory-installation.ts';
import { scaled } from '../support/scale.ts';
import { pathOf } from '../support/steps.ts';

const base = await newInstallation();

type Rotation = {
  readonly name: string;
  readonly begin: (running: Running) => Promise<unknown>;
  /** Whether the order stands in the log, or it was carried out. */
  readonly purposes: ReadonlyArray<RotatedPurpose>;
  readonly namespaces?: ReadonlyArray<string>;
  /** Destroys what was wrapped or opened by these of the installation as it was. */
  readonly destroys: ReadonlyArray<string>;
};

const rotate = (...purposes: ReadonlyArray<RotatedPurpose>) => (running: Running) => command(running, { operation: 'key.rotate', purposes });

const ROTATIONS: ReadonlyArray<Rotation> = [
  { name: 'root and operator', begin: rotate('root', 'operator'), purposes: ['root', 'operator'], destroys: ['root'] },
  { name: 'operator', begin: rotate('operator'), purposes: ['operator'], destroys: [] },
  { name: 'root', begin: rotate('root'), purposes: ['root'], destroys: ['root'] },
  { name: 'signing', begin: rotate('signing'), purposes: ['signing'], destroys: [] },
  { name: 'log', begin: rotate('log'), purposes: ['log'], destroys: [] },
  { name: 'box', begin: rotate('box'), purposes: ['box'], destroys: ['box'] },
  { name: 'everything', begin: rotate(...(Object.keys(RotatedPurpose.keys) as RotatedPurpose[])), purposes: ['root', 'operator', 'log', 'signing', 'box'], destroys: ['root', 'box'] },
  { name: 'a namespace', begin: (running) => command(running, { operation: 'namespace.rotate', namespace: sure(Namespace, 'a/x') }), purposes: [], destroys: [] },
  {
    name: 'a delete and a rotation',
    begin: async (running) => {
      // Gone already, when it is the rotation alone that is given again.
      await running.admin.command({ operation: 'secret.delete', path: pathOf(GONE) })();
      return rotate('root', 'operator')(running);
    },
    purposes: ['root', 'operator'],
    destroys: ['root'],
  },
];

/**
 * What wraps the keys that were there before, of those that are left. A key that was stored for an event which never came wraps
 * nothing, and stays as it is: whatever it is wrapped by may go.
 */
const wrappersIn = ({ world }: Place): ReadonlySet<string> =>
  new Set([...world.keys()].flatMap(([id, { key }]) => (base.world.keys().has(id) ? [key.wrappedBy] : [])));

/** After the next start: everything opens, can be written, and what was begun is completed. */
const completed = async (t: ExecutionContext, place: Place, { name, begin, purposes, destroys }: Rotation, what: string): Promise<void> => {
  const before = { status: await statusOf(await baseRunning()), file: await keyFileOf(base) };
  const running = await start(place);
  t.deepEqual(await readAll(running), Object.values(VALUES), `${name}: ${what}: everything opens`);
  await write(running, NEW, 'new');
  const orders = await statusOf(running);
  t.false(orders.operatorKeyRetired || orders.keys.some(({ current, retired }) => current && retired), `${name}: ${what}: nothing is left half done`);
  t.is((await keyFileOf(place)).previous, null, `${name}: ${what}: no old operator key is kept`);
  // An order that did not reach the log is given again; one that did is complete, and is not needed twice.
  await begin(running).catch(() => undefined);
  const after = await statusOf(running);
  t.deepEqual(await readAll(running), Object.values(VALUES), `${name}: ${what}: everything opens at the end`);
  const isOperatorOut = purposes.includes('operator');
  t.is(after.operatorKey !== before.status.operatorKey, isOperatorOut, `${name}: ${what}`);
  t.is(wrappersIn(place).has(before.status.operatorKey), !isOperatorOut, `${name}: ${what}: what the old operator key opens`);
  t.is((await readFile(join(place.dataDir, 'operator-keys.json'), 'utf8')).includes(before.file.current.key), !isOperatorOut, `${name}: ${what}: the old operator key`);
  for (const purpose of destroys)
    for (const { id } of before.status.keys.filter((key) => key.purpose === purpose)) {
      t.false(place.world.keys().has(id), `${name}: ${what}: the old ${purpose} key is gone`);
      t.false(wrappersIn(place).has(id), `${name}: ${what}: nothing is wrapped by the old ${purpose} key`);
    }
  await running.service.stop();
};

let kept: Promise<Running> | undefined;
/** The installation as it was, running, to be asked. */
const baseRunning = (): Promise<Running> => (kept ??= copyOf(base).then((place) => start(place)));
test.after.always(async () => {
  await (await kept)?.service.stop();
  await rm(root, { recursive: true, force: true });
});

/** @returns false if the rotation was over before that call */
const interrupted = async (t: ExecutionContext, rotation: Rotation, at: number, withEffect: boolean): Promise<boolean> => {
  const place = await copyOf(base);
  const dead = latch<boolean>(20_000, `call ${at}`);
  // Counted from the command on: what a start does is not what this is about.
  const death: Death = { at: undefined, withEffect, died: () => dead.open(true) };
  const running = await start(place, death);
  death.at = at;
  void rotation.begin(running).then(() => dead.open(false), () => undefined);
  const isDead = await dead.opened();
  void running.service.stop();
  await completed(t, place, rotation, isDead ? `died at call ${at} ${withEffect ? 'after' : 'before'} its effect` : 'not interrupted');
  return isDead;
};

const STEP = scaled(11, 1);

for (const rotation of ROTATIONS)
  test.serial(`${rotation.name}: interrupted at any call it is completed at the next start`, async (t) => {
    let [at, points] = [1, 0];
    for (; await interrupted(t, rotation, at, at % 2 === 0 || STEP === 1); at += STEP) {
      points += 1;
      if (STEP === 1) await interrupted(t, rotation, at, false);
    }
    t.log(`${points} points, the last call before ${at}`);
    t.true(points > 0);
  });
