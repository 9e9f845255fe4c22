/** One replica folds later than the other: what one acknowledged, the other must not deny, whichever of them an admin happens to reach. */
import test from 'ava';
import { newTokenIdentity } from '../../client/credential.ts';
import { makeApiToken } from '../../client/bearer.ts';
import { Instant, Label, namespaceOf, sure } from '../../events/vocabulary.ts';
import { appliedBy } from '../support/applied.ts';
import { callsTo } from '../support/http.ts';
import { eventually } from '../support/poll.ts';
import { startReplicas } from '../support/replicas.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from '../support/steps.ts';
import { openWire } from '../support/wire.ts';
import type { Decided } from './race-checker.ts';
import { lagging } from './race-lag.ts';
import { accessCourse, namesOf, secretCourse } from './race-lanes.ts';

const LAG_MS = 200;
const ROUNDS = 6;
const LIMIT_MS = 30_000;

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

test('what is deleted on one replica takes nothing else with it on the other', async (t) => {
  const installation = await startReplicas({ servers: 1, broker: lagging(LAG_MS) });
  t.teardown(installation.stop);
  const steps = stepsOf(installation);
  const client = await steps.approved('late-api');
  await steps.grant('late-api', 'prod/late/');
  for (let round = 0; round < ROUNDS; round += 1) {
    const kept = [`K${round}-a`, `K${round}-b`].map((name) => `prod/late/${name}`);
    await steps.write('prod/late/GONE', `${round}`);
    // Each delete makes a new key for the namespace, under which either replica then writes, and wraps what is there again.
    await Promise.all([steps.command({ operation: 'secret.delete', path: pathOf('prod/late/GONE') }), ...kept.map((path) => steps.write(path, path))]);
  }
  const all = Array.from({ length: ROUNDS }, (_, round) => [`prod/late/K${round}-a`, `prod/late/K${round}-b`]).flat();
  for (let time = 0; time < 4; time += 1) t.deepEqual((await client.get(all)).map((secret) => secret.text()), all);
  t.is(await codeOf(client.get('prod/late/GONE')), 'refused');
  // Nothing of it is in memory after a start: what opens now is wrapped by keys that are there.
  for (const { stop, start } of installation.replicas) {
    await stop();
    await start();
  }
  for (let time = 0; time < 4; time += 1) t.deepEqual((await client.get(all)).map((secret) => secret.text()), all);
});

test('a namespace that was deleted on one replica is made again for what a token writes on the other, also where that was there', async (t) => {
  const installation = await startReplicas({ servers: 1, broker: lagging(LAG_MS) });
  t.teardown(installation.stop);
  const { command } = stepsOf(installation);
  const [late] = installation.replicas.slice(-1);
  const { id, text, digest } = makeApiToken();
  const issued = await command({ operation: 'token.issue', admin: installation.identity.admin, token: id, label: sure(Label, 'late'), role: 'writer', digest, until: sure(Instant, Date.now() + 3_600_000) });
  const allKnow = (seq: number) => eventually(async () => (await Promise.all(installation.replicas.map(appliedBy))).every((applied) => applied >= seq) || undefined, LIMIT_MS, 'both replicas to know of it');
  await allKnow(issued.seq);
  const write = async () => (await callsTo(late?.service().httpUrl ?? '')('POST', '/secrets', { path: 'prod/again/KEY', value: 'the same' }, { authorization: `Bearer ${text.reveal()}` })).json as { changed: boolean; seq: number };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { changed, seq } = await write();
    t.true(changed);
    // Both know of it, and where the first one carries it out, only that one of what comes next.
    await allKnow(seq);
    await command({ operation: 'namespace.delete', namespace: namespaceOf(pathOf('prod/again/KEY')) });
  }
});

test('who registers or is approved on one replica is known to the other', async (t) => {
  const installation = await startReplicas({ servers: 1, broker: lagging(LAG_MS) });
  t.teardown(installation.stop);
  const steps = stepsOf(installation);
  for (let round = 0; round < ROUNDS; round += 1) {
    const client = await installation.clientOf(`known-${round}`);
    await client.register();
    t.is(await codeOf(client.get('prod/late/KEY')), 'credential_pending');
    await steps.approve(`known-${round}`, client.fingerprint);
    t.is(await codeOf(client.get('prod/late/KEY')), 'refused');
  }
});
