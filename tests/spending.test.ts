/** A grant for one read whose spending cannot be written: nothing is decided then, so nothing is refused. */
import { rm } from 'node:fs/promises';
import test from 'ava';
import { left } from 'fp-ts/lib/Either.js';
import { sure, SecretPath, type Sequence } from '../events/vocabulary.ts';
import { subjects } from './support/jetlock.ts';
import { asReader, command, newInstallation, root, start, write, type Place } from './support/memory-installation.ts';
import { serviceOf } from './support/steps.ts';

test.after.always(() => rm(root, { recursive: true, force: true }));

const ONCE = sure(SecretPath, 'c/ONCE');
const SPENDING = subjects.state.access(serviceOf('reader'), ONCE);

/** The log of a place that takes nothing on one subject as long as that is said. */
const withRefusals = ({ world, dataDir }: Place, refuses: () => boolean): Place => ({
  dataDir,
  world: {
    ...world,
    broker: (death) => {
      const broker = world.broker(death);
      const none = left({ _tag: 'unavailable', stored: 'no', why: 'the disk is full' } as const);
      return { ...broker, log: { ...broker.log, append: (draft) => (draft.subject === SPENDING && refuses() ? () => Promise.resolve(none) : broker.log.append(draft)) } };
    },
  },
});

test('given a grant for one read, when its spending is not stored at first, then the value is had by asking again, and once', async (t) => {
  let turnedAway = 0;
  const running = await start(withRefusals(await newInstallation(), () => (turnedAway -= 1) >= 0));
  t.teardown(running.service.stop);
  await write(running, ONCE, 'once');
  await command(running, { operation: 'access.grant', service: serviceOf('reader'), target: ONCE, seen: 0 as Sequence, reason: null, duration: null, once: true, offline: null });
  turnedAway = 2;
  const client = asReader(running);
  const [secret] = await client.get([ONCE]);
  t.is(secret?.text(), 'once');
  t.true(turnedAway < 0, 'its spending was turned away');
  await t.throwsAsync(client.get([ONCE]), { code: 'refused' });
});
