/** Processes tell which versions they run, over the wire, and admins see it: in the read models, and in the audit log. */
import { jetstreamManager } from '@nats-io/jetstream';
import test from 'ava';
import { repeated, systemTime } from '../client/retry.ts';
import { serviceClient } from '../client/service.ts';
import { newSession } from '../client/session.ts';
import { newTokenIdentity } from '../client/credential.ts';
import { serviceKeys } from '../client/keys.ts';
import { natsTransport } from '../client/nats/transport.ts';
import { ClientInfo, sure } from '../events/vocabulary.ts';
import { orThrow, startJetlock, subjects } from './support/jetlock.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from './support/steps.ts';

const jetlock = await startJetlock();
const { approved, grant, revoke, write } = stepsOf(jetlock);
const PATH = 'prod/shop/KEY';

const identity = newTokenIdentity(serviceOf('shop'));
const shop = await approved('shop', identity);
await write(PATH, 'one');
await grant('shop', 'prod/shop/');

const shown = async (path: string) => orThrow(await jetlock.admin.query('secret.show', { path: pathOf(path) })()).rollout;
const versionsShown = async (path: string) => (await shown(path)).map(({ service, processes }) => [service, processes.map(({ version }) => version)] as unknown);

/** Processes of the service, each by an instance of its own, on one connection. */
const nc = await jetlock.connection();
test.after.always(() => jetlock.stop());
const processes = (count: number) => {
  const transport = natsTransport(nc, subjects);
  const keys = serviceKeys({ transport, subjects, trust: { signer: jetlock.identity.servicePublicKey } });
  const client = sure(ClientInfo, { name: 'shop', version: '2' });
  return Array.from({ length: count }, () => serviceClient({ session: newSession({ transport, keys, client, now: Date.now }), subjects, identity }));
};
const messagesOf = async (service: string): Promise<number> => {
  const manager = await jetstreamManager(nc);
  const { state } = await manager.streams.info(subjects.stream, { subjects_filter: subjects.state.rollout(serviceOf(service)) });
  return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
};

test.serial('which process runs which version is shown, and told again it is no record', async (t) => {
  const { version } = await shop.get(PATH);
  t.deepEqual(await shop.report({ applied: [{ path: PATH, version }] }), { refused: [] });
  t.deepEqual(await versionsShown(PATH), [['shop', [1]]]);
  const before = await messagesOf('shop');
  t.deepEqual(await shop.report({ applied: [{ path: PATH, version }] }), { refused: [] });
  t.is(await messagesOf('shop'), before);
});

test.serial('after a rotation a hundred processes tell at once: a few records, and those that still run the old one can be seen', async (t) => {
  await write(PATH, 'two');
  const before = await messagesOf('shop');
  // So many that nobody knows yet may be too much for a machine that is slow: whoever is told so tries again, as every client does.
  const again = { withinMs: 30_000, time: systemTime, isUnsettled: () => false };
  const told = await Promise.all(processes(100).map((one) => repeated(() => one.report({ applied: [{ path: pathOf(PATH), version: 2 as never }], used: [] }), again)()));
  t.true(told.every((one) => orThrow(one).length === 0));
  const records = (await messagesOf('shop')) - before;
  t.true(records < 50, `${records} records`);
  const [[, versions]] = (await versionsShown(PATH)) as [[string, number[]]];
  t.deepEqual([versions.filter((version) => version === 1).length, versions.filter((version) => version === 2).length], [1, 100]);
});

test.serial('what a service may not read, what there is not and what never was are refused alike, and leave no record', async (t) => {
  await write('prod/other/KEY', 'x');
  const before = await messagesOf('shop');
  const applied = ['prod/other/KEY', 'prod/other/NONE', 'prod/shop/NONE'].map((path) => ({ path, version: 1 }));
  const refused = applied.map(({ path }) => path);
  t.deepEqual(await shop.report({ applied }), { refused });
  t.deepEqual(await shop.report({ applied: [{ path: PATH, version: 9 }] }), { refused: [PATH] });
  t.is(await messagesOf('shop'), before);
});

test.serial('given one of two paths is not to be had, then the other is believed', async (t) => {
  await write('prod/shop/SECOND', 'x');
  const applied = [{ path: 'prod/shop/SECOND', version: 1 }, { path: 'prod/other/KEY', version: 1 }];
  t.deepEqual(await shop.report({ applied }), { refused: ['prod/other/KEY'] });
  t.deepEqual(await versionsShown('prod/shop/SECOND'), [['shop', [1]]]);
});

test.serial('who may not read any more reports nothing; who is not known is told so', async (t) => {
  await revoke('shop', 'prod/shop/');
  t.deepEqual(await shop.report({ applied: [{ path: PATH, version: 2 }] }), { refused: [PATH] });
  const stranger = await jetlock.clientOf('stranger');
  t.is(await codeOf(stranger.report({ applied: [{ path: PATH, version: 1 }] })), 'unauthorized');
});
