/** The first event of a log. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { left } from 'fp-ts/lib/Either.js';
import { newSigningKey } from '../../crypto/sign.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { AdminName, sure } from '../../events/vocabulary.ts';
import { memoryWorld } from '../../tests/support/memory-broker.ts';
import { orThrow } from '../../tests/support/or-throw.ts';
import { start } from '../start.ts';

test('where the stream has no leader yet the first event is written as soon as it has one', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'jetlock-create-'));
  t.teardown(() => rm(dataDir, { recursive: true }));
  const broker = memoryWorld().broker();
  let refused = 0;
  const append: typeof broker.log.append = (draft) => async () =>
    (refused += 1) <= 2 ? left({ _tag: 'unavailable', stored: 'no', why: 'no responders' }) : broker.log.append(draft)();
  const firstAdmin = { admin: sure(AdminName, 'alice'), publicKey: newSigningKey().publicKey };
  const options = { broker: { ...broker, log: { ...broker.log, append } }, subjects: subjectsUnder('secrets'), dataDir, operatorKey: { current: undefined, previous: undefined } };
  const { replica, identity } = orThrow(await start({ ...options, firstAdmin, acceptHistory: undefined }));
  t.is(replica.fold.world.keyring?.id, identity.keyring);
  t.is(refused, 3);
  await replica.stop();
});
