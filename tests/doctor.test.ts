/** Everything that `jetlock doctor` finds, provoked on a real nats-server: what it says, and what it says to do. */
import { createServer } from 'node:http';
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { toBase64, utf8 } from '../crypto/bytes.ts';
import { randomBytes } from '../crypto/random.ts';
import { jetstreamLog } from '../events/log/jetstream.ts';
import { provision } from '../services/nats/provision.ts';
import { launchServer } from '../services/nats/server/launch.ts';
import { connectNats } from '../client/nats/connect.ts';
import { memoryIo } from '../cli/memory-io.ts';
import { runProgram } from '../cli/program.ts';
import { subjects } from './support/clients.ts';
import { startCluster } from './support/cluster.ts';
import { doctor, startDoctored, startLyingWay } from './support/doctored.ts';
import { freePorts } from './support/free-ports.ts';
import { orThrow } from './support/jetlock.ts';
import { natsServer } from './support/nats.ts';
import { eventually } from './support/poll.ts';
import { inLongForm } from './support/scale.ts';

process.env['KEY_ENCRYPTION_KEY'] = toBase64(randomBytes(32));
const ours = await startDoctored();

/** Another nats-server, as it comes: in use by nobody, open to everyone, with room for 1 MB. */
const [plainHttp = 0] = await freePorts(1);
const plain = await (async () => {
  const storeDir = mkdtempSync(join(tmpdir(), 'jetlock-plain-'));
  const config = `http: "127.0.0.1:${plainHttp}"\njetstream: { store_dir: ${JSON.stringify(storeDir)}, max_file_store: 1000000 }\n`;
  return launchServer({ path: (await natsServer()).path, port: 0, storeDir, config });
})();
test.after.always(async () => {
  await ours.stop();
  await plain.stop('SIGKILL');
});

type Told = { readonly check: string; readonly detail: RegExp; readonly mend: RegExp };

const finds = async (t: ExecutionContext, args: string, { check, detail, mend }: Told, ok: false | null = false): Promise<void> => {
  const { of, code } = await doctor(args);
  const found = of(check).find((one) => one.ok === ok && detail.test(one.detail));
  if (found === undefined) return t.fail(`${check}: ${JSON.stringify(of(check))}`);
  t.regex(found.mend ?? '', mend);
  if (ok === false) t.is(code, 78);
};

const at = (user: Parameters<typeof ours.user>[0], url = ours.nats.url): string => `--nats ${url} ${ours.user(user)} --signing-key ${ours.signer}`;
const everything = `--monitoring ${ours.monitoring} --replica ${ours.service.httpUrl}`;

test.serial('where all is well it finds nothing wrong: the auditor sees NATS, an admin the keys', async (t) => {
  const auditor = await doctor(`${at('auditor')} ${everything}`);
  t.deepEqual(auditor.all.filter(({ ok }) => ok !== true).map(({ check }) => check), ['keys', 'read models']);
  t.is(auditor.code, 0);
  const admin = await doctor(`${at('admin')} --identity ${ours.identity}`);
  for (const check of ['service', 'keys', 'read models']) t.deepEqual(admin.of(check).map(({ ok }) => ok), [true], check);
  t.regex(admin.of('keys')[0]?.detail ?? '', /^ages: operator 0 h, root 0 h, log 0 h, signing 0 h, box 0 h$/);
  t.is(admin.code, 0);
});

for (const [what, told, finding] of [
  ['too old', (info: string) => info.replace(/"version":"[^"]+"/, '"version":"2.9.10"'), { check: 'nats-server', detail: /it is 2\.9\.10 and must be 2\.10\.23/, mend: /update/ }],
  ['without JetStream', (info: string) => info.replace('"jetstream":true', '"jetstream":false'), { check: 'jetstream', detail: /not enabled/, mend: /jetstream block/ }],
] as const)
  test.serial(`a nats-server that is ${what}`, async (t) => {
    const way = await startLyingWay(ours.nats.port, told);
    t.teardown(way.close);
    await finds(t, at('auditor', way.url), finding);
  });

test.serial('a stream that somebody has changed', async (t) => {
  const { config } = (await ours.provisioner.request('$JS.API.STREAM.INFO.SECRETS')).json<{ config: object }>();
  const update = (changed: object) => ours.provisioner.request('$JS.API.STREAM.UPDATE.SECRETS', JSON.stringify({ ...config, ...changed }));
  await update({ max_age: 1_000_000_000_000 });
  await finds(t, at('auditor'), { check: 'stream and buckets', detail: /^SECRETS: max_age is 1000000000000 and must be 0$/, mend: /nats stream edit SECRETS --max-age=0/ });
  await update({});
});

test.serial('NATS users with too much and with too little', async (t) => {
  await finds(t, at('wide'), { check: 'permissions', detail: /a service by its inbox prefix, may do too much: publish \$JS\.API\.STREAM\.PURGE\.>, subscribe secrets\.get$/, mend: /nats-config/ });
  await finds(t, at('narrow'), { check: 'permissions', detail: /may do too little: publish secrets\.notify\.\*, allow_responses for 20s$/, mend: /nats-config/ });
  for (const user of ['service', 'provisioner'] as const) t.deepEqual((await doctor(at(user))).of('permissions').map(({ ok }) => ok), [user === 'service' ? true : null], user);
  await finds(t, `--nats ${plain.url}`, { check: 'permissions', detail: /may publish on \$JS\.API\.STREAM\.DELETE\.SECRETS and \d+ more/, mend: /nats-config/ });
});

test.serial('a NATS user without the inbox prefix that is its own', async (t) => {
  const args = at('auditor').replace(/ --inbox-prefix \S+/, '');
  await finds(t, args, { check: 'permissions', detail: /listen on _INBOX\.>, where its replies come to/, mend: /give --inbox-prefix PREFIX/ });
  t.is((await doctor(args)).of('stream and buckets').length, 0);
});

test.serial('an identity file that is not there is told beside everything else', async (t) => {
  await finds(t, `${at('auditor')} --identity /nowhere/missing.key`, { check: 'keys', detail: /^cannot read \/nowhere\/missing\.key: it does not exist$/, mend: /check the path/ });
});

test.serial('a service that is another one, and a service that is not there', async (t) => {
  await finds(t, `--nats ${ours.nats.url} ${ours.user('auditor')} --signing-key ${toBase64(randomBytes(32))}`, { check: 'service', detail: /./, mend: /./ });
  await finds(t, `--nats ${plain.url}`, { check: 'service', detail: /nobody answers on secrets\.keys/, mend: /is running/ });
});

test.serial('a machine whose clock is wrong, and the replica on it', async (t) => {
  const now = Date.now;
  t.teardown(() => (Date.now = now));
  const status = async (wanted: number) => ((await fetch(`${ours.service.httpUrl}/readyz`)).status === wanted ? true : undefined);
  Date.now = () => now() + 40_000;
  await eventually(() => status(503), 30_000, 'the replica to notice');
  await finds(t, `${at('auditor')} ${everything}`, { check: 'clock', detail: /(3[5-9]|4[0-5])\d{3} ms/, mend: /NTP/ });
  await finds(t, `${at('auditor')} ${everything}`, { check: 'replicas', detail: /is not ready: the clock here is (3[5-9]|4[0-5]) s ahead/, mend: /NTP/ });
  Date.now = () => now() + 14 * 3_600_000;
  await finds(t, at('auditor'), { check: 'service', detail: /its box key is 14 h old/, mend: /why it cannot write/ });
  Date.now = now;
  await eventually(() => status(200), 30_000, 'the replica to be ready again');
});

test.serial('a replica that is not there, and one that is behind', async (t) => {
  await finds(t, `${at('auditor')} --replica http://127.0.0.1:1`, { check: 'replicas', detail: /nobody answers at/, mend: /start jetlock serve/ });
  const behind = createServer((request, response) => void response.end(request.url === '/metrics' ? 'jetlock_applied_sequence 0\n' : '{}'));
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
  t.teardown(() => behind.close());
  await finds(t, `${at('auditor')} --replica http://127.0.0.1:${(behind.address() as AddressInfo).port}`, { check: 'replicas', detail: /is behind: it is at 0, the log at \d+/, mend: /restart/ });
  await finds(t, at('auditor'), { check: 'replicas', detail: /not visible/, mend: /--replica/ }, null);
});

test.serial('an operator key that is to be replaced', async (t) => {
  await finds(t, at('auditor'), { check: 'keys', detail: /only admins are told/, mend: /--identity/ }, null);
  const { io } = memoryIo();
  t.is(await runProgram(`key rotate --operator --nats ${ours.nats.url} ${ours.user('admin')} --identity ${ours.identity}`.split(' '), io), 0);
  await finds(t, `${at('admin')} --identity ${ours.identity}`, { check: 'keys', detail: /the operator key is retired and to be replaced/, mend: /KEY_ENCRYPTION_KEY_PREVIOUS/ });
});

test.serial('a nats-server that nobody has prepared, does not sync, and has no room left', async (t) => {
  const args = `--nats ${plain.url} --monitoring http://127.0.0.1:${plainHttp}`;
  await finds(t, args, { check: 'stream and buckets', detail: /not there/, mend: /jetlock init/ });
  await finds(t, args, { check: 'sync_interval', detail: /power cut/, mend: /sync_interval: always/ });
  await finds(t, `--nats ${plain.url}`, { check: 'storage', detail: /not visible/, mend: /--monitoring/ }, null);
  const nc = orThrow(await connectNats({ servers: plain.url })());
  t.teardown(() => nc.close());
  orThrow(await provision(nc, subjects, { replicas: 1 })());
  const log = jetstreamLog(nc, { stream: subjects.stream });
  for (let prev = 0, n = 0; n < 9; n += 1) prev = orThrow(await log.append({ subject: 'secrets.events.read.r1', prev, data: utf8('x'.repeat(100_000)), mac: '' })());
  await finds(t, args, { check: 'storage', detail: /0\.9 MB of the 1\.0 MB/, mend: /max_file_store/ });
});

inLongForm(() => {
  test.serial('read models that stand still', async (t) => {
    const { config } = (await ours.provisioner.request('$JS.API.STREAM.INFO.KV_secrets_catalog')).json<{ config: object }>();
    await ours.provisioner.request('$JS.API.STREAM.UPDATE.KV_secrets_catalog', JSON.stringify({ ...config, max_bytes: 1 }));
    const { io } = memoryIo({ stdin: 'v' });
    t.is(await runProgram(`secret set prod/doctor/KEY --nats ${ours.nats.url} ${ours.user('admin')} --identity ${ours.identity}`.split(' '), io), 0);
    await finds(t, `${at('admin')} --identity ${ours.identity}`, { check: 'read models', detail: /behind the log/, mend: /jetlock projections rebuild/ });
  });

  test.serial('a copy of the log in a cluster that is down', async (t) => {
    const cluster = await startCluster(t);
    const nc = orThrow(await connectNats({ servers: [...cluster.urls] })());
    t.teardown(() => nc.close());
    orThrow(await provision(nc, subjects, { replicas: 3 })());
    await cluster.settled();
    await cluster.kill9(1);
    await eventually(
      async () => ((await doctor(`--nats ${cluster.urls[0]}`)).of('copies').some(({ ok, mend }) => ok === false && /start nats-server on n2/.test(mend ?? '')) ? true : undefined),
      60_000,
      'the copy to be found down',
    );
    t.pass();
  });
});
