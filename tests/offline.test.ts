/** Values that a grant allows to be kept, while the service, or all of NATS, is away: used with their age, and told when it is back. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { clientOf, type Client } from '../client/client.ts';
import { connect } from '../client/connect.ts';
import { newTokenIdentity, type ServiceIdentity } from '../client/credential.ts';
import { unavailable } from '../client/failure.ts';
import { serviceKeys } from '../client/keys.ts';
import { natsTransport } from '../client/nats/transport.ts';
import { offlineOf } from '../client/offline/options.ts';
import { systemTime } from '../client/retry.ts';
import type { Transport } from '../client/transport.ts';
import { jetstreamReader } from '../events/log/jetstream.ts';
import { ClientInfo, sure, Target } from '../events/vocabulary.ts';
import { linesOf } from './support/audit.ts';
import { orThrow, startJetlock, subjects } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from './support/steps.ts';

const HOUR_MS = 3_600_000;
const PATH = 'prod/shop/KEY';
const directory = mkdtempSync(join(tmpdir(), 'jetlock-offline-'));
const jetlock = await startJetlock();
const steps = stepsOf(jetlock);
await steps.write(PATH, 'kept');

const grantOffline = async (name: string) =>
  steps.command({ operation: 'access.grant', service: serviceOf(name), target: sure(Target, 'prod/shop/'), seen: 0 as never, reason: null, duration: null, once: false, offline: HOUR_MS as never });

/** A service with a credential that is approved, and processes of it, each over a line that can be cut and with a clock that can be moved. */
const service = async (name: string) => {
  const identity = newTokenIdentity(serviceOf(name));
  await (await steps.approved(name, identity)).close();
  return { identity, file: join(directory, `${name}.json`) };
};
const opened: Client[] = [];
const started = async ({ identity, file }: { readonly identity: ServiceIdentity; readonly file: string }) => {
  const line = { isCut: false, shiftMs: 0, repliesToLose: 0 };
  const whole = natsTransport(await jetlock.connection(), subjects);
  const request: Transport['request'] = (subject, ...rest) => async () => {
    if (line.isCut) return E.left(unavailable('the line is cut', 'no'));
    const reply = await whole.request(subject, ...rest)();
    const isLost = subject.startsWith(subjects.report) && (line.repliesToLose -= 1) >= 0;
    return isLost ? E.left(unavailable('the reply was lost', 'maybe')) : reply;
  };
  const transport: Transport = { ...whole, request };
  const keys = serviceKeys({ transport, subjects, trust: { signer: jetlock.identity.servicePublicKey } });
  const offline = orThrow(offlineOf(identity, { file, maxAgeMs: 24 * HOUR_MS }));
  const time = { ...systemTime, now: () => Date.now() + line.shiftMs };
  const client = clientOf({ transport, subjects, keys, identity, client: sure(ClientInfo, { name: 'shop', version: '1' }), offline, time });
  opened.push(client);
  return { client, line };
};
test.after.always(async () => {
  await Promise.all(opened.map((client) => client.close()));
  await jetlock.stop();
  await rm(directory, { recursive: true });
});

const usesOf = async (name: string): Promise<number> => {
  const { rollout } = orThrow(await jetlock.admin.query('secret.show', { path: pathOf(PATH) })());
  return rollout.find((one) => one.service === name)?.offlineUses ?? 0;
};
const linesAbout = async (what: string, name: string) => {
  const log = jetstreamReader(await jetlock.connection(), { stream: subjects.stream });
  return (await linesOf({ log: log as never, subjects })).filter((line) => line.what === what && line.who?.name === name);
};

test.serial('given a grant for offline, when the service is away, then the value is there with its age, and the uses are in the log later', async (t) => {
  const shop = await service('shop');
  await grantOffline('shop');
  const { client } = await started(shop);
  t.is((await client.get(PATH)).offline, undefined);
  await jetlock.stopService();
  const kept = await client.get(PATH);
  t.is(kept.text(), 'kept');
  t.true(kept.offline !== undefined && kept.offline.ageMs >= 0 && kept.offline.until <= Date.now() + HOUR_MS);
  await client.get(PATH);
  orThrow(await jetlock.restart());
  await eventually(async () => ((await usesOf('shop')) === 2 ? true : undefined), 30_000, 'the uses to be told');
  t.is((await client.get(PATH)).offline, undefined);
  const [read] = await linesAbout('read', 'shop');
  t.is(Date.parse(read?.about.offlineUntil ?? '') - Date.parse(read?.at ?? ''), HOUR_MS);
  const used = await linesAbout('used.offline', 'shop');
  t.is(used.reduce((sum, { about }) => sum + (about.count ?? 0), 0), 2);
  t.is(used[0]?.about.from, read?.seq);
});

test.serial('given its time is over, then it is not there any more, and a clock that is set back does not help', async (t) => {
  const late = await service('late');
  await grantOffline('late');
  const { client, line } = await started(late);
  await client.get(PATH);
  line.isCut = true;
  line.shiftMs = HOUR_MS - 60_000;
  t.true(((await client.get(PATH)).offline?.ageMs ?? 0) >= HOUR_MS - 60_000);
  line.shiftMs = HOUR_MS + 1;
  t.is(await codeOf(client.get(PATH)), 'unavailable');
  line.shiftMs = 0;
  t.is(await codeOf(client.get(PATH)), 'unavailable');
});

test.serial('given a grant without offline, then nothing is kept', async (t) => {
  const plain = await service('plain');
  await steps.grant('plain', 'prod/shop/');
  const { client, line } = await started(plain);
  await client.get(PATH);
  line.isCut = true;
  t.is(await codeOf(client.get(PATH)), 'unavailable');
});

test.serial('given a process that was cut off and ended, when its access is revoked, then its successor uses the value until it is back, tells all of it, and keeps nothing', async (t) => {
  const lone = await service('lone');
  await grantOffline('lone');
  const first = await started(lone);
  await first.client.get(PATH);
  first.line.isCut = true;
  await first.client.get(PATH);
  await first.client.close();
  await steps.revoke('lone', 'prod/shop/');
  const second = await started(lone);
  second.line.isCut = true;
  t.is((await second.client.get(PATH)).text(), 'kept');
  second.line.isCut = false;
  await eventually(async () => ((await usesOf('lone')) === 2 ? true : undefined), 30_000, 'the uses to be told');
  t.is(await codeOf(second.client.get(PATH)), 'refused');
  second.line.isCut = true;
  t.is(await codeOf(second.client.get(PATH)), 'unavailable');
});

test.serial('given the reply to a report is lost, then it is sent again, and the uses stand in the log once', async (t) => {
  const twice = await service('twice');
  await grantOffline('twice');
  const { client, line } = await started(twice);
  await client.get(PATH);
  line.isCut = true;
  await client.get(PATH);
  line.repliesToLose = 2;
  line.isCut = false;
  await eventually(() => (line.repliesToLose < 0 ? true : undefined), 30_000, 'the third report');
  t.is(await usesOf('twice'), 1);
  t.is((await linesAbout('used.offline', 'twice')).length, 1);
});

test.serial('given there is no NATS at the start, then what was kept is there all the same, and the service is asked again when NATS is back', async (t) => {
  const early = await service('early');
  await grantOffline('early');
  await (await started(early)).client.get(PATH);
  await jetlock.nats.kill9();
  const token = early.identity.kind === 'token' ? early.identity.token.reveal() : '';
  const ages: number[] = [];
  const offline = { file: early.file, maxAgeMs: HOUR_MS, onUse: ({ ageMs }: { readonly ageMs: number }) => ages.push(ageMs) };
  const client = await connect({ nats: { servers: jetlock.nats.url }, identity: { service: 'early', token }, servicePublicKey: jetlock.identity.servicePublicKey, offline });
  opened.push(client);
  t.is((await client.get(PATH)).text(), 'kept');
  t.is(ages.length, 1);
  await jetlock.nats.restart();
  await eventually(async () => ((await client.get(PATH)).offline === undefined ? true : undefined), 30_000, 'a fresh value');
});
