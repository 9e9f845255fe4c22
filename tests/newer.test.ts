/** A log that a newer version has written on: what it says is neither skipped nor guessed. */
import { join } from 'node:path';
import test from 'ava';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { isLeft } from 'fp-ts/lib/Either.js';
import { errors, headers } from 'nats';
import { newTokenIdentity } from '../client/credential.ts';
import { fromUtf8, utf8 } from '../crypto/bytes.ts';
import { logMac } from '../crypto/log.ts';
import { randomId } from '../crypto/random.ts';
import { openKeyStore } from '../services/keyring/key-store.ts';
import { makeKeyring } from '../services/keyring/keyring.ts';
import { readOperatorKeys } from '../services/keyring/operator-key.ts';
import { Id, sure } from '../events/vocabulary.ts';
import { orThrow, startJetlock, subjects } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';
import { serviceOf, stepsOf } from './support/steps.ts';
import { openWire } from './support/wire.ts';

test('an event that this version does not know, under a right MAC, stops the service, and a start says which version to use', async (t) => {
  const jetlock = await startJetlock();
  t.teardown(jetlock.stop);
  const steps = stepsOf(jetlock);
  await steps.write('prod/newer/KEY', 'v');
  const identity = newTokenIdentity(serviceOf('newer-api'));
  const client = await steps.approved('newer-api', identity);
  await steps.grant('newer-api', 'prod/newer/KEY');
  t.is((await client.get('prod/newer/KEY')).text(), 'v');

  const wire = await openWire(jetlock);
  const { nc } = wire;
  const subject = subjects.state.keyring;
  const last = (await (await jetstreamManager(nc)).streams.getMessage(subjects.stream, { last_by_subj: subject }))!;
  const key = last.header.get('Jetlock-Mac').split('.')[0]!;
  const keyring = makeKeyring(orThrow(await openKeyStore(nc, subjects.bucket('keys'))), orThrow(readOperatorKeys(join(jetlock.dataDir, 'data')))!);
  const data = utf8(JSON.stringify({ ...(JSON.parse(fromUtf8(last.data)) as object), id: randomId(), prev: last.seq, events: [{ type: 'OfTomorrow', v: 1 }] }));
  const mac = logMac(orThrow(await keyring.open(sure(Id, key))).reveal(), subject, last.seq, data);
  const made = headers();
  made.set('Jetlock-Mac', `${key}.${mac}`);
  await jetstream(nc).publish(subject, data, { headers: made });

  const why = await eventually(() => (jetlock.service().health().failed ? jetlock.service().health().why : undefined), 30_000, 'the service to stop');
  t.is(why, 'unknown event');
  const ready = await fetch(`${jetlock.service().httpUrl}/readyz`);
  t.deepEqual([ready.status, await ready.json()], [503, { ready: false, why }]);
  // Out of the way of replicas of the newer version, which can answer.
  await eventually(() => wire.ask(identity, 'prod/newer/KEY').then(() => undefined, (error: unknown) => (error instanceof errors.RequestError && error.isNoResponders()) || undefined), 30_000, 'the service to leave');
  const started = await jetlock.restart();
  if (!isLeft(started)) return t.fail('it started');
  t.like(started.left, { kind: 'config', message: 'the log holds an event that this version of jetlock does not know' });
  t.regex((started.left as { readonly hint: string }).hint, /the version that wrote it, which is newer/);
});
