/** A start from the folded state that was saved: the same decisions, and nothing believed that is not to be. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import { newTokenIdentity } from '../client/credential.ts';
import { makeFold } from '../events/fold/fold.ts';
import { newRestoring, restoreLine } from '../events/fold/state.ts';
import type { Failure } from '../services/failure.ts';
import { natsBroker } from '../services/nats/broker.ts';
import { logCrypto } from '../services/log/replica.ts';
import { saveFold } from '../services/log/saved-fold.ts';
import { start, type Started } from '../services/start.ts';
import { orThrow, startJetlock, subjects, type Jetlock } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';
import { codeOf, serviceOf, stepsOf } from './support/steps.ts';
import { alterMessage } from './support/store-block.ts';
import { copyStore, putBack, whileStopped } from './support/store.ts';

const SERVICE = 'saved-api';
const KEPT = 'prod/saved/KEPT';
const LOST = 'prod/saved/LOST';

const options = async (jetlock: Jetlock) => ({
  ...{ subjects, dataDir: join(jetlock.dataDir, 'data'), firstAdmin: undefined, acceptHistory: undefined },
  broker: orThrow(await natsBroker(await jetlock.connection(), subjects)),
  operatorKey: { current: undefined, previous: undefined },
});

/** The parts of a start alone: what it went on from, and how much it folded. */
const started = async (jetlock: Jetlock) => start(await options(jetlock));
const fileOf = ({ dataDir }: Jetlock): string => join(dataDir, 'data', 'fold.jsonl');

/** What a fold of the whole log comes to. */
const fromFirst = async ({ replica }: Started): Promise<ReadonlyArray<string>> => {
  const fold = makeFold(subjects, logCrypto(replica.keyring));
  const last = replica.fold.applied();
  await new Promise<void>((resolve) => {
    void replica.log.follow({
      filters: [subjects.anyState],
      from: 1,
      onMessage: (message) => {
        fold.apply(message);
        if (message.seq === last) resolve();
      },
    });
  });
  return [...fold.save()];
};

/** Reads of others are no part of what is decided from: their subjects alone may differ. */
const withoutReads = (lines: Iterable<string>) => {
  const restoring = newRestoring();
  for (const line of lines) restoreLine(restoring, line);
  const { world, heads, forgotten } = restoring.state;
  return { world, heads, forgotten };
};

/** A service with a grant and another one that was revoked, stopped, with its fold saved. */
const saved = async (t: { readonly teardown: (end: () => Promise<void>) => void }) => {
  const jetlock = await startJetlock();
  t.teardown(jetlock.stop);
  const steps = stepsOf(jetlock);
  const client = await steps.approved(SERVICE, newTokenIdentity(serviceOf(SERVICE)));
  for (const path of [KEPT, LOST]) {
    await steps.write(path, 'value');
    await steps.grant(SERVICE, path);
  }
  const { seq: revoke } = await steps.revoke(SERVICE, LOST);
  await steps.write(KEPT, 'kept');
  await jetlock.stopService();
  const { replica } = orThrow(await started(jetlock));
  if (!(await saveFold(join(jetlock.dataDir, 'data'), replica))) throw new Error('not saved');
  await replica.stop();
  return { jetlock, steps, client, revoke };
};

test.serial('a start goes on from what was saved, and comes to what a fold of everything comes to', async (t) => {
  const { jetlock, steps, client } = await saved(t);
  t.is((await stat(fileOf(jetlock))).mode & 0o777, 0o600);
  orThrow(await jetlock.restart());
  t.is((await client.get(KEPT)).text(), 'kept');
  t.is(await codeOf(client.get(LOST)), 'refused');
  await steps.revoke(SERVICE, KEPT);
  t.is(await codeOf(client.get(KEPT)), 'refused');
  await jetlock.stopService();
  const { replica, unused } = orThrow(await started(jetlock));
  t.is(unused, undefined);
  const last = replica.fold.applied();
  t.true(replica.folded() > 0 && replica.folded() < last / 2, `${replica.folded()} folded of ${last}`);
  t.deepEqual(withoutReads(replica.fold.save()), withoutReads(await fromFirst({ replica } as Started)));
  await replica.stop();
});

test.serial('what is damaged, cut off, changed or of another format is not gone on from, and stops no start', async (t) => {
  const { jetlock, client } = await saved(t);
  const text = await readFile(fileOf(jetlock), 'utf8');
  const changes: ReadonlyArray<readonly [string, string]> = [
    ['revoked made granted', text.replace('"status":"revoked"', '"status":"granted"')],
    ['a row less', text.replace(/\{"section":"doomed".*\n/, '').replace(/\{"section":"access".*\n/, '')],
    ['cut off', text.slice(0, text.length / 2)],
    ['another format', text.replace(/\{"v":\d+,/, '{"v":0,')],
    ['another stream', text.replace(/"created":"[^"]*"/, '"created":"2020-01-01T00:00:00Z"')],
    ['another key', text.replace(/"key":"[^"]{22}"/, `"key":"${'A'.repeat(22)}"`)],
    ['another place', text.replace(/"applied":(\d+)/, (_, n: string) => `"applied":${Number(n) - 1}`)],
    ['nothing', ''],
    ['no JSON', 'x\ny\n'],
  ];
  for (const [name, changed] of changes) {
    t.not(changed, text, name);
    await writeFile(fileOf(jetlock), changed);
    const result = orThrow(await started(jetlock));
    t.true(result.unused !== undefined && result.replica.folded() > 5, `${name}: ${result.unused ?? 'used'}`);
    await result.replica.stop();
  }
  orThrow(await jetlock.restart());
  t.is((await client.get(KEPT)).text(), 'kept');
  t.is(await codeOf(client.get(LOST)), 'refused');
});

test.serial('a log that was put back to an older copy is refused, whatever was saved', async (t) => {
  const { jetlock, steps } = await saved(t);
  const copy = await copyStore(jetlock);
  orThrow(await jetlock.restart());
  await steps.write(KEPT, 'later');
  await jetlock.stopService();
  const { replica } = orThrow(await started(jetlock));
  t.true(await saveFold(join(jetlock.dataDir, 'data'), replica));
  await replica.stop();
  await putBack(jetlock, copy);
  const result = await started(jetlock);
  t.true(isLeft(result) && result.left.kind === 'history', JSON.stringify(result));
});

test.serial('a start from what was saved goes on under a log key that came after it', async (t) => {
  const { jetlock, steps, client } = await saved(t);
  orThrow(await jetlock.restart());
  await steps.command({ operation: 'key.rotate', purposes: ['log'] });
  await steps.write(KEPT, 'under another key');
  await jetlock.stopService();
  const { replica, unused } = orThrow(await started(jetlock));
  t.deepEqual([unused, [...(replica.fold.world.keyring?.keys.values() ?? [])].filter(({ purpose }) => purpose === 'log').length], [undefined, 2]);
  await replica.stop();
  orThrow(await jetlock.restart());
  t.is((await client.get(KEPT)).text(), 'under another key');
});

test.serial('a revoke that was altered before what was saved opens nothing, and is noticed once the service runs', async (t) => {
  const { jetlock, client, revoke } = await saved(t);
  await whileStopped(jetlock, () =>
    alterMessage({ storeDir: jetlock.nats.storeDir, stream: subjects.stream, seq: revoke }, (data) => data.replaceAll('AccessRevoked', 'AccessGranted').replaceAll('access.revoke', 'access.grants')),
  );
  const result = (await jetlock.restart()) as Either<Failure, unknown>;
  t.not(await codeOf(client.get(LOST)), 'answered');
  const failed = () => (jetlock.service().health().failed ? jetlock.service().health().why : undefined);
  // The fold of the read models may come to it before the service is ready.
  t.regex(isLeft(result) ? result.left.message : await eventually(failed, 30_000, 'the service to notice'), /history changed/);
});
