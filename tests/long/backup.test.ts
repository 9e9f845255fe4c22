/** From one nats-server onto a cluster of three, and from there onto one again. */
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import test from 'ava';
import { newTokenIdentity } from '../../client/credential.ts';
import { startCluster } from '../support/cluster.ts';
import { orThrow, startJetlock } from '../support/jetlock.ts';
import { startNats } from '../support/nats.ts';
import { backUp, newFolder, newKeys, serveRestored } from '../support/restored.ts';
import { serviceOf, stepsOf } from '../support/steps.ts';

test('a log moves onto a cluster and back', async (t) => {
  const jetlock = await startJetlock();
  t.teardown(jetlock.stop);
  const [folder, { lock, key }, shop] = [await newFolder(t), await newKeys(), newTokenIdentity(serviceOf('shop'))];
  const { identity } = jetlock;
  const steps = stepsOf(jetlock);
  await steps.write('prod/shop/KEY', 'a-value');
  await (await steps.approved('shop', shop)).close();
  await steps.grant('shop', 'prod/shop/');
  orThrow(await backUp(jetlock, join(folder, 'one.age'), lock));

  const cluster = await startCluster(t);
  const three = await serveRestored(t, cluster.urls, { path: join(folder, 'one.age'), key, identity }, { replicas: 3 });
  const { streams } = await jetstreamManager(await three.connection());
  for (const stream of ['SECRETS', 'KV_secrets_keys', 'KV_secrets_inbox']) t.is((await streams.info(stream)).config.num_replicas, 3, stream);
  await cluster.settled();
  t.is((await (await three.clientOf('shop', shop)).get('prod/shop/KEY')).text(), 'a-value');
  await stepsOf({ ...jetlock, ...three }).write('prod/shop/KEY', 'on-three');
  orThrow(await backUp({ ...jetlock, connection: three.connection, dataDir: join(three.dataDir, '..') }, join(folder, 'three.age'), lock));

  const nats = await startNats(t);
  const back = await serveRestored(t, [nats.url], { path: join(folder, 'three.age'), key, identity }, { replicas: 1 });
  t.is((await (await back.clientOf('shop', shop)).get('prod/shop/KEY')).text(), 'on-three');
});
