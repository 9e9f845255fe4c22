/** Another past: the store put back to an older copy, the stream made again or somebody else's, a message altered. Each is noticed, and nothing is served from it. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import { ReplicaId, sure } from '../../events/vocabulary.ts';
import { provision } from '../../services/nats/provision.ts';
import { orThrow, subjects } from '../support/jetlock.ts';
import { eventually } from '../support/poll.ts';
import { answersAgain, KEPT, lastSequence, newcomer, NOTICED_MS, offered, readyz, refusedStart, refusesToStart, SERVICE, startRevoked, stopsServing, type Setting } from '../support/revoked.ts';
import { inLongForm } from '../support/scale.ts';
import { codeOf, pathOf, serviceOf } from '../support/steps.ts';
import { alterMessage } from '../support/store-block.ts';
import { copyStore, putBack, putStreamBack, whileStopped } from '../support/store.ts';

test.serial('a log that is shorter than what was seen is not served from until an admin decides so', async (t) => {
  const setting = await startRevoked(t);
  const { jetlock, steps, client } = setting;
  await jetlock.stopService();
  const copy = await copyStore(jetlock);
  orThrow(await jetlock.restart());
  await steps.write('prod/kept/LATER', 'lost');
  await jetlock.stopService();
  await putBack(jetlock, copy);
  const refused = await refusesToStart(setting, 'the log is shorter than it was');
  await refusesToStart(setting, 'the log is shorter than it was', { acceptHistory: `1:${'A'.repeat(43)}` });
  orThrow(await jetlock.restart({ acceptHistory: offered(refused) }));
  await answersAgain(setting);
  orThrow(await jetlock.restart());
  t.is(await codeOf(client.get('prod/kept/LATER')), 'refused');
});

test.serial('a log that is put back to an older copy under a running service is noticed before anything is answered from it', async (t) => {
  const setting = await startRevoked(t);
  const { jetlock, steps } = setting;
  const copy = await copyStore(jetlock);
  await answersAgain(setting);
  await steps.write('prod/kept/LATER', 'lost');
  await stopsServing(setting, () => putBack(jetlock, copy));
  const refused = await refusedStart(setting);
  t.is(refused.kind, 'history');
  orThrow(await jetlock.restart({ acceptHistory: offered(refused) }));
  await answersAgain(setting);
});

test.serial('a stream that was deleted and made again is no first start, whatever is in it', async (t) => {
  const setting = await startRevoked(t);
  const { jetlock, nc, streams } = setting;
  const unknown = await newcomer(setting);
  const first = await streams.getMessage(subjects.stream, { seq: 1 });
  await jetlock.stopService();
  await streams.delete(subjects.stream);
  orThrow(await provision(nc, subjects, { replicas: 1 })());
  const empty = await refusesToStart(setting, 'there is a keyring, but the stream is empty');
  t.is((await refusedStart(setting, { acceptHistory: offered(empty) })).kind, 'history');
  for (const data of [utf8('{}'), first?.data ?? utf8('')]) await jetstream(nc).publish(subjects.state.keyring, data);
  await refusesToStart(setting, 'the stream was made again');
  const forgotten = await refusedStart(setting, unknown);
  t.deepEqual([forgotten.kind, forgotten.wrote], ['history', 0]);
  await (await new Kvm(nc).open(subjects.bucket('keys'))).delete('complete');
  await rm(join(jetlock.dataDir, 'data', 'operator-keys.json'));
  const wiped = await refusedStart(setting);
  t.deepEqual([wiped.message, wiped.wrote], ['there is no operator key', 0]);
});

/** Every message of the stream, in order, in a new stream of the same name: with full rights on NATS, and no more. */
const remade = async ({ nc, streams }: Setting, change: (data: string, seq: number) => string): Promise<void> => {
  const all = await Promise.all(Array.from({ length: await lastSequence(streams) }, (_, n) => streams.getMessage(subjects.stream, { seq: n + 1 })));
  await streams.delete(subjects.stream);
  orThrow(await provision(nc, subjects, { replicas: 1 })());
  for (const [n, one] of all.entries())
    await jetstream(nc).publish(one?.subject ?? '', utf8(change(fromUtf8(one?.data ?? new Uint8Array()), n + 1)), one === null ? {} : { headers: one.header });
};
const untouched = (data: string): string => data;

/** A revoke that does not say so any more, in as many bytes. */
const unrevoked = (data: string): string => {
  const changed = data.replaceAll('AccessRevoked', 'AccessGranted').replaceAll('access.revoke', 'access.grants');
  if (changed === data) throw new Error('no revoke');
  return changed;
};

test.serial('a stream made again with one revoke altered is refused by whoever folds it, also by a replica that never saw another', async (t) => {
  const setting = await startRevoked(t);
  await stopsServing(setting, () => remade(setting, (data, seq) => (seq === setting.revoke ? unrevoked(data) : data)));
  for (const options of [{}, await newcomer(setting)]) t.is((await refusedStart(setting, options)).message, 'history changed');
});

const altered = ({ jetlock }: Setting, seq: number, change = unrevoked): Promise<void> =>
  whileStopped(jetlock, () => alterMessage({ storeDir: jetlock.nats.storeDir, stream: subjects.stream, seq }, change));

test.serial('a revoke in the middle that was altered on the disk, so that nats-server finds nothing wrong, is noticed by the next fold', async (t) => {
  const setting = await startRevoked(t);
  const { jetlock, client, streams, revoke } = setting;
  await altered(setting, revoke);
  t.true(fromUtf8((await streams.getMessage(subjects.stream, { seq: revoke }))?.data ?? new Uint8Array()).includes('AccessGranted'));
  // What runs has folded it as it was, and goes on with that.
  await answersAgain(setting);
  t.is(await codeOf(client.get('prod/lost/KEY')), 'refused');
  for (const options of [{}, await newcomer(setting)]) {
    const refused = await refusedStart(setting, options);
    t.deepEqual([refused.kind, refused.message, refused.wrote], ['history', 'history changed', 0]);
    t.regex(refused.hint, /restore the stream from a backup/);
    t.is(await codeOf(client.get('prod/kept/KEY')), 'unavailable');
  }
  // The same bytes once more: nothing but the alteration was wrong.
  await altered(setting, revoke, (data) => data.replaceAll('AccessGranted', 'AccessRevoked').replaceAll('access.grants', 'access.revoke'));
  orThrow(await jetlock.restart());
  t.is(await codeOf(client.get('prod/lost/KEY')), 'refused');
});

test.serial('with full rights on NATS nothing can be taken out of the stream', async (t) => {
  const { streams, revoke, jetlock, text } = await startRevoked(t);
  const { config } = await streams.info(subjects.stream);
  const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
    delete: () => streams.deleteMessage(subjects.stream, revoke, true),
    purge: () => streams.purge(subjects.stream, { filter: subjects.state.access(serviceOf(SERVICE), pathOf('prod/lost/KEY')) }),
    'allow deletes': () => streams.update(subjects.stream, { ...config, deny_delete: false }),
    'allow purges': () => streams.update(subjects.stream, { ...config, deny_purge: false }),
  };
  for (const [what, attempt] of Object.entries(attempts)) await t.throwsAsync(attempt, undefined, what);
  t.true(jetlock.service().health().ready);
  t.is(await text(), KEPT);
});

inLongForm(() => {
  test.serial('a log that lost nothing but reads is noticed too, also where others wrote in their place', async (t) => {
    const setting = await startRevoked(t);
    const { jetlock, nc, streams, text } = setting;
    await jetlock.stopService();
    const copy = await copyStore(jetlock);
    orThrow(await jetlock.restart());
    for (let n = 0; n < 3; n += 1) await text();
    await jetlock.stopService();
    const before = await lastSequence(streams);
    await putBack(jetlock, copy);
    await refusesToStart(setting, 'the log is shorter than it was');
    for (let last = 0; last < before; ) last = (await jetstream(nc).publish(subjects.read(sure(ReplicaId, 'r-stranger')), utf8('{}'))).seq;
    const refused = await refusesToStart(setting, 'the log is not the one that was seen');
    orThrow(await jetlock.restart({ acceptHistory: offered(refused) }));
    await answersAgain(setting);
    orThrow(await jetlock.restart());
    // As a version wrote it that knew of state alone.
    const head = join(jetlock.dataDir, 'data', 'head.json');
    await jetlock.stopService();
    const { last, ...old } = JSON.parse(await readFile(head, 'utf8')) as Record<string, unknown>;
    t.truthy(last);
    await writeFile(head, JSON.stringify(old));
    orThrow(await jetlock.restart());
  });

  test.serial('an older copy that others wrote on until it was as long as before is noticed too', async (t) => {
    const setting = await startRevoked(t);
    const { jetlock, nc, streams } = setting;
    const copy = await copyStore(jetlock);
    await answersAgain(setting);
    await setting.steps.write('prod/kept/LATER', 'lost');
    const before = await lastSequence(streams);
    await stopsServing(setting, async () => {
      await putBack(jetlock, copy);
      for (let last = 0; last < before + 5; ) last = (await jetstream(nc).publish(subjects.read(sure(ReplicaId, 'r-stranger')), utf8('{}'))).seq;
    });
    await refusesToStart(setting, 'the log is shorter than it was');
  });

  test.serial('a remembered head that cannot be read is refused, and an admin can decide that too', async (t) => {
    const setting = await startRevoked(t);
    const { jetlock } = setting;
    const head = join(jetlock.dataDir, 'data', 'head.json');
    await jetlock.stopService();
    const kept = JSON.parse(await readFile(head, 'utf8')) as { seq: number; hash: string };
    await writeFile(head, '{"v":1,');
    t.regex((await refusedStart(setting)).message, /head.json is damaged/);
    t.regex((await refusedStart(setting, { acceptHistory: `${kept.seq}:${'A'.repeat(43)}` })).message, /head.json is damaged/);
    orThrow(await jetlock.restart({ acceptHistory: `${kept.seq}:${kept.hash}` }));
    orThrow(await jetlock.restart());
    t.is(await setting.text(), KEPT);
  });

  test.serial('a stream that was deleted under a running service and made again stops it, though every message is as it was', async (t) => {
    const setting = await startRevoked(t);
    await stopsServing(setting, () => remade(setting, untouched));
    const refused = await refusesToStart(setting, 'the stream was made again');
    orThrow(await setting.jetlock.restart({ acceptHistory: offered(refused) }));
    await answersAgain(setting);
  });

  test.serial('a revoke that was the last of the log when it was altered is noticed by whoever saw it', async (t) => {
    const setting = await startRevoked(t);
    const { jetlock, steps } = setting;
    const { seq } = await steps.revoke(SERVICE, 'prod/kept/KEY');
    await jetlock.stopService();
    await altered(setting, seq);
    await refusesToStart(setting, 'the log is shorter than it was');
  });

  test.serial('a value that was altered on the disk under a running service is not given out', async (t) => {
    const setting = await startRevoked(t);
    const { jetlock, steps, client } = setting;
    const { seq } = await steps.write('prod/kept/KEY', 'never read yet');
    await steps.write('prod/kept/LATER', 'v');
    await altered(setting, seq, (data) => data.replace(/"box":"(.)/, (_, first: string) => `"box":"${first === 'A' ? 'B' : 'A'}`));
    await eventually(async () => ((await readyz(jetlock)).status === 200 ? true : undefined), NOTICED_MS, 'the service to be ready');
    t.is(await codeOf(client.get('prod/kept/KEY')), 'unavailable');
  });

  test.serial('the stream of another installation is not served from, at a start or under a running service', async (t) => {
    const [setting, other] = [await startRevoked(t), await startRevoked(t)];
    const { jetlock } = setting;
    await other.steps.write('prod/kept/KEY', 'theirs');
    const theirs = await copyStore(other.jetlock);
    const ours = await copyStore(jetlock);
    await stopsServing(setting, () => putStreamBack(jetlock, theirs, subjects.stream));
    await refusesToStart(setting, 'the stream was made again');
    t.is((await refusedStart(setting, await newcomer(setting))).kind, 'history');
    // With their keys beside it: those open under another operator's key.
    await putBack(jetlock, theirs);
    const wrongKey = await refusedStart(setting);
    t.deepEqual([wrongKey.kind, wrongKey.wrote], ['config', 0]);
    await putBack(jetlock, ours);
    // The reads since that copy are gone.
    const older = await refusesToStart(setting, 'the log is shorter than it was');
    orThrow(await jetlock.restart({ acceptHistory: offered(older) }));
    await answersAgain(setting);
  });
});
