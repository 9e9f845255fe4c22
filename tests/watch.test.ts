/** Questions that stay open, over two replicas on a real nats-server: what they are told, what is recorded of them, and what a revoke in between does. */
import test from 'ava';
import type { Client } from '../client/client.ts';
import { newTokenIdentity, type ServiceIdentity } from '../client/credential.ts';
import { fromUtf8 } from '../crypto/bytes.ts';
import type { ReadRecord } from '../events/record.ts';
import type { Broker } from '../services/broker.ts';
import { subjects } from './support/clients.ts';
import { latch, until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { startReplicas } from './support/replicas.ts';
import { codeOf, serviceOf, stepsOf } from './support/steps.ts';

/** Less than the time for which a question stays open: what comes has come at once. */
const LIMIT_MS = 10_000;

/** While it is shut, no read of any replica gets as far as the log. */
const gate = { open: Promise.resolve() as Promise<unknown>, waiting: 0 };
const gated = (broker: Broker): Broker => ({
  ...broker,
  log: {
    ...broker.log,
    append: (draft) => async () => {
      if (subjects.isRead(draft.subject)) {
        gate.waiting += 1;
        await gate.open;
        gate.waiting -= 1;
      }
      return broker.log.append(draft)();
    },
  },
});

const installation = await startReplicas({ servers: 1, broker: gated });
const steps = stepsOf(installation);

/** Every record of reads, as it comes. */
const records: ReadRecord[] = [];
const nc = await installation.connection();
test.after.always(() => installation.stop());
nc.subscribe(subjects.anyRead, { callback: (_, { data }) => void records.push(JSON.parse(fromUtf8(data)) as ReadRecord) });
const readsOf = (service: string) => records.flatMap(({ reads }) => reads.filter((read) => read.service === service));

/** Programs of one service, each in a session of its own. */
const programs = async (name: string, count: number): Promise<{ readonly clients: ReadonlyArray<Client>; readonly identity: ServiceIdentity }> => {
  const identity = newTokenIdentity(serviceOf(name));
  const first = await steps.approved(name, identity);
  const others = await Promise.all(Array.from({ length: count - 1 }, () => installation.clientOf(name, identity)));
  return { clients: [first, ...others], identity };
};

/** Questions that were asked before that are open as a rule: one that comes later than what it waits for is answered at once, and no worse. */
const opened = (clients: ReadonlyArray<Client>): Promise<unknown> => Promise.all(clients.map((client) => client.register()));

const valuesOf = async (asked: ReturnType<Client['watch']>): Promise<ReadonlyArray<string>> => {
  const { secrets, refused } = await until(asked, LIMIT_MS, 'an answer');
  return [...secrets.map((secret) => `${secret.path} ${secret.version} ${secret.text()}`), ...refused.map((path) => `${path} refused`)];
};

test.serial('a rotation is read for all who wait in a record or two, of that path alone, and nothing is read while nothing happens', async (t) => {
  const { clients } = await programs('fleet', 20);
  await steps.grant('fleet', 'prod/fleet/');
  for (const key of ['A', 'B']) await steps.write(`prod/fleet/${key}`, 'one');
  const watched = ['A', 'B'].map((key) => ({ path: `prod/fleet/${key}`, version: 1 }));
  const asked = clients.map((client) => client.watch(watched));
  await opened(clients);
  t.deepEqual(readsOf('fleet'), []);
  await steps.write('prod/fleet/B', 'two');
  for (const one of asked) t.deepEqual(await valuesOf(one), ['prod/fleet/B 2 two']);
  const reads = await eventually(() => (readsOf('fleet').length >= 20 ? readsOf('fleet') : undefined), LIMIT_MS, 'the reads');
  t.is(reads.length, 20);
  t.true(reads.every(({ paths, client }) => paths.join() === 'prod/fleet/B' && client.name === 'test'));
  t.true(records.filter(({ reads: all }) => all.some(({ service }) => service === 'fleet')).length <= 4);
});

test.serial('who has an older version, or one of what may not be read any more, is answered at once', async (t) => {
  const { clients: [client] } = await programs('late', 1);
  await steps.grant('late', 'prod/late/A');
  await steps.write('prod/late/A', 'one');
  await steps.write('prod/late/A', 'two');
  t.deepEqual(await valuesOf(client!.watch([{ path: 'prod/late/A', version: 1 }])), ['prod/late/A 2 two']);
  t.deepEqual(await valuesOf(client!.watch([{ path: 'prod/late/A' }])), ['prod/late/A 2 two']);
  t.deepEqual(await valuesOf(client!.watch([{ path: 'prod/late/OTHER', version: 1 }])), ['prod/late/OTHER refused']);
});

test.serial('whoever may not read a path waits the same way, whatever happens to it, until it may', async (t) => {
  const { clients } = await programs('stranger', 4);
  await steps.write('prod/theirs/THERE', 'one');
  await steps.grant('stranger', 'prod/theirs/MISSING');
  await steps.deny('stranger', 'prod/theirs/DENIED');
  const names = ['THERE', 'MISSING', 'DENIED', 'NEVER'];
  let answered = 0;
  const asked = clients.map(async (client, n) => {
    const found = await valuesOf(client.watch([{ path: `prod/theirs/${names[n]}` }]));
    answered += 1;
    return found;
  });
  // Two of them are never answered, and give up at some time after this test.
  for (const one of asked) one.catch(() => undefined);
  await opened(clients);
  for (const name of ['THERE', 'DENIED', 'NEVER']) await steps.write(`prod/theirs/${name}`, 'secret');
  await opened(clients);
  t.deepEqual([answered, readsOf('stranger').length], [0, 0]);
  await steps.grant('stranger', 'prod/theirs/THERE');
  await steps.write('prod/theirs/MISSING', 'there');
  t.deepEqual([await asked[0], await asked[1]], [['prod/theirs/THERE 2 secret'], ['prod/theirs/MISSING 1 there']]);
  t.is(answered, 2);
});

test.serial('a value is not told when its revoke comes between the write and the read', async (t) => {
  const { clients } = await programs('revoked', 6);
  await steps.grant('revoked', 'prod/revoked/KEY');
  await steps.write('prod/revoked/KEY', 'one');
  const asked = clients.map((client) => client.watch([{ path: 'prod/revoked/KEY', version: 1 }]));
  await opened(clients);
  const shut = latch<undefined>(LIMIT_MS, 'the gate');
  gate.open = shut.opened();
  await steps.write('prod/revoked/KEY', 'two');
  await eventually(() => (gate.waiting > 0 ? true : undefined), LIMIT_MS, 'a read on its way');
  await steps.revoke('revoked', 'prod/revoked/KEY');
  shut.open(undefined);
  for (const one of asked) t.deepEqual(await valuesOf(one), ['prod/revoked/KEY refused']);
});

test.serial('a question ends with its credential', async (t) => {
  const { clients: [client] } = await programs('ended', 1);
  await steps.grant('ended', 'prod/ended/KEY');
  await steps.write('prod/ended/KEY', 'one');
  const asked = codeOf(client!.watch([{ path: 'prod/ended/KEY', version: 1 }]));
  await opened([client!]);
  await steps.revokeCredential('ended', client!.fingerprint);
  t.is(await until(asked, LIMIT_MS, 'an answer'), 'unauthorized');
  t.deepEqual(readsOf('ended'), []);
});

test.serial('of those who wait for a grant for one read, one is given the value', async (t) => {
  const { clients } = await programs('single', 6);
  await steps.write('prod/single/KEY', 'once');
  const asked = clients.map((client) => client.watch([{ path: 'prod/single/KEY' }]));
  await opened(clients);
  await steps.grant('single', 'prod/single/KEY', true);
  const told = (await Promise.all(asked.map(valuesOf))).flat().sort();
  t.deepEqual(told, ['prod/single/KEY 1 once', ...Array.from({ length: 5 }, () => 'prod/single/KEY refused')]);
});

test.serial('a replica that ends answers those who wait, and another one has their next question', async (t) => {
  const { clients } = await programs('moving', 24);
  await steps.grant('moving', 'prod/moving/KEY');
  await steps.write('prod/moving/KEY', 'one');
  const watch = (client: Client) => client.watch([{ path: 'prod/moving/KEY', version: 1 }]);
  // Which replica is asked is left to NATS: of so many, some ask the one that ends.
  const first = clients.map(watch);
  await opened(clients);
  const [ending] = installation.replicas;
  const [nothing] = await Promise.all([Promise.race(first.map(valuesOf)), until(ending!.stop(), LIMIT_MS, 'the end of a replica')]);
  t.deepEqual(nothing, []);
  const second = clients.map(watch);
  await opened(clients);
  await steps.write('prod/moving/KEY', 'two');
  for (const one of second) t.deepEqual(await valuesOf(one), ['prod/moving/KEY 2 two']);
  await ending!.start();
});
