/** One replica folds later than the other: what one acknowledged, the other must not deny, whichever of them an admin happens to reach. */
import test from 'ava';
import { newTokenIdentity } from '../../client/credential.ts';
import { startReplicas } from '../support/replicas.ts';
import { serviceOf, stepsOf } from '../support/steps.ts';
import { openWire } from '../support/wire.ts';
import type { Decided } from './race-checker.ts';
import { lagging } from './race-lag.ts';
import { accessCourse, namesOf, secretCourse } from './race-lanes.ts';

const LAG_MS = 200;
const ROUNDS = 6;

test('decisions one after the other, each on what the one before it made, all count', async (t) => {
  const installation = await startReplicas({ servers: 1, broker: lagging(LAG_MS) });
  t.teardown(installation.stop);
  const steps = stepsOf(installation);
  const wire = await openWire(installation);
  const decided: Decided[] = [];
  const admin = { wire, identity: installation.identity, decided };
  await steps.approved('race-0', newTokenIdentity(serviceOf('race-0')));
  await steps.write(namesOf(1).path, 'one');
  const [grants, secret] = [accessCourse(admin, 0), secretCourse(admin, 1)];
  await secret.close();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { open, close } of [grants, secret]) {
      await open();
      await close();
    }
  }
  const done = decided.filter(({ outcome }) => outcome === 'done');
  t.is(done.length, 1 + 4 * ROUNDS);
  // Nothing is told to be so already because it was so once.
  for (let round = 0; round < ROUNDS; round += 1) for (const value of ['two', 'one']) t.is(Number((await steps.write(namesOf(1).path, value)).changed), 1);
});
