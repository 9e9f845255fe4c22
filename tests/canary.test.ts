/** Values and tokens are nowhere but with those whom they are for; and what was deleted is gone, also from copies made before. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import test from 'ava';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { isLeft } from 'fp-ts/lib/Either.js';
import { connect } from 'nats';
import { newTokenIdentity, writeAdminIdentity, type ServiceIdentity } from '../client/credential.ts';
import { fromUtf8, utf8 } from '../crypto/bytes.ts';
import { newToken } from '../crypto/credential.ts';
import { barePath } from '../protocol/operations.ts';
import { openKeyStore } from '../services/keyring/key-store.ts';
import { makeKeyring } from '../services/keyring/keyring.ts';
import { readOperatorKeys } from '../services/keyring/operator-key.ts';
import { natsBroker } from '../services/nats/broker.ts';
import { launchServer } from '../services/nats/server/launch.ts';
import { startService } from '../services/service.ts';
import { writing } from './support/by-hand.ts';
import { jetlockChild } from './support/child.ts';
import { orThrow, startJetlock, subjects } from './support/jetlock.ts';
import { natsServer } from './support/nats.ts';
import { filesWith, holds } from './support/needles.ts';
import { eventually } from './support/poll.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from './support/steps.ts';
import { copyStore } from './support/store.ts';
import { openedFrom, wrappedKeysIn } from './support/wrapped-keys.ts';
import { openWire, statementOf, type Answer } from './support/wire.ts';

const logs: string[] = [];
const jetlock = await startJetlock({ logLevel: 'trace', logTo: { write: (line) => void logs.push(line) } });
const steps = stepsOf(jetlock);
const wire = await openWire(jetlock);
test.after.always(() => jetlock.stop());

const tokenOf = (identity: ServiceIdentity): string => (identity.kind === 'token' ? identity.token.reveal() : '');
const known = newTokenIdentity(serviceOf('canary-api'));
const stranger = newToken().reveal();
/** In every value, as text and as bytes, at places of every alignment. */
const text = `canary ${randomBytes(15).toString('hex')}`;
const bytes = randomBytes(24);
const valueOf = (n: number): Uint8Array => Buffer.concat([Buffer.alloc(n % 7, 'x'), Buffer.from(text), bytes, Buffer.from(` ${n}`)]);
const tokenBytes = (token: string): Buffer => Buffer.from(token.slice(4), 'base64url');
const SECRETS = [text, bytes, tokenOf(known), tokenBytes(tokenOf(known)), stranger, tokenBytes(stranger)];

const errors: string[] = [];
const heard = ({ text: told }: Answer): void => void errors.push(told);
const caught = async (promise: Promise<unknown>): Promise<void> => void errors.push(await promise.then(() => '', (error: unknown) => `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`));
const argvs: string[] = [process.argv.join(' '), process.execArgv.join(' ')];

/** Everything that can be wrong with a request that has a secret in it. */
const wrongRequests = async (): Promise<void> => {
  const own = `${subjects.get}.canary-api`;
  const ask = (body: unknown, parts = {}) => wire.asService(known, own, body, parts);
  const { command, enclosed } = writing('prod/canary/WRONG', valueOf(1));
  const write = (changed: object, beside: object | null = enclosed) => wire.asAdmin(subjects.admin('secret.write'), statementOf(jetlock.identity, { ...command, ...changed }), beside as never);
  heard(await wire.send(own, valueOf(2)));
  heard(await wire.send(subjects.admin('secret.write'), utf8(JSON.stringify({ v: 1, token: stranger, text }))));
  heard(await wire.send(own, wire.boxed(utf8(JSON.stringify({ token: stranger, text })))));
  heard(await ask({ paths: [barePath(PATH)], offline: false }, { credential: { kind: 'token', token: stranger } }));
  heard(await ask({ paths: text }));
  heard(await ask({ paths: [{ path: text, description: `${text}\n` }] }));
  heard(await ask(text));
  heard(await ask(text, { service: tokenOf(known), time: tokenOf(known) }));
  heard(await write({ digest: text }));
  heard(await write({ description: `${text}\u0000` }));
  heard(await write({}, { ...enclosed, salt: text }));
  heard(await write({}, { ...enclosed, value: `${enclosed.value}AAAA` }));
  heard(await write({}, null));
  heard(await write({ ifVersion: 99 }));
};

const PATH = 'prod/canary/KEY';

const story = async (): Promise<void> => {
  for (let n = 0; n < 20; n += 1) await steps.write(`prod/canary/K${n}`, valueOf(n));
  await steps.write(PATH, valueOf(100));
  const client = await jetlock.clientOf('canary-api', known);
  await client.register();
  await caught(client.get(PATH));
  await steps.approve('canary-api', client.fingerprint);
  await caught(client.get(PATH));
  await caught(client.get('prod/canary/MISSING', { description: 'wanted' }));
  await wrongRequests();
  await steps.grant('canary-api', 'prod/canary/');
  await client.get([PATH, 'prod/canary/K3']);
  await steps.write(PATH, valueOf(101));
  await steps.command({ operation: 'secret.rollback', path: pathOf(PATH), version: 1 as never });
  await steps.command({ operation: 'secret.disable', path: pathOf('prod/canary/K4') });
  await caught(client.get('prod/canary/K4'));
  await steps.command({ operation: 'secret.delete', path: pathOf('prod/canary/K5') });
  await steps.command({ operation: 'key.rotate', purposes: ['root', 'operator'] });
  await client.get(PATH);
  await steps.rebuild();
  await client.close();
};

/** Values that come in by the command line: from a file, and by a pipe. */
const byCommandLine = async (): Promise<void> => {
  const identity = join(jetlock.dataDir, 'alice.json');
  const env = join(jetlock.dataDir, 'values.env');
  orThrow(writeAdminIdentity(identity, jetlock.identity));
  await writeFile(env, Array.from({ length: 10 }, (_, n) => `IMPORTED_${n}="${'y'.repeat(n)}${text}"\n`).join(''), { mode: 0o600 });
  const options = ['--nats', jetlock.nats.url, '--identity', identity];
  const ended = await Promise.all([
    jetlockChild(['secret', 'import', env, '--namespace', 'prod/canary', ...options], { cwd: jetlock.dataDir }),
    jetlockChild(['secret', 'set', 'prod/canary/PIPED', ...options], { cwd: jetlock.dataDir, stdin: Buffer.from(valueOf(3)).toString('latin1') }),
  ]);
  for (const { code, stdout, stderr, argv } of ended) {
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    errors.push(stdout, stderr);
    argvs.push(argv);
  }
  await rm(env);
};

test.serial('after the whole story no value and no token is anywhere but where it belongs', async (t) => {
  await story();
  await byCommandLine();
  argvs.push(await readFile(`/proc/${jetlock.nats.server().pid}/cmdline`, 'utf8').catch(() => ''));
  const metrics = await (await fetch(`${jetlock.service().httpUrl}/metrics`)).text();
  t.deepEqual([logs.some((line) => line.includes(PATH)), errors.length > 15, metrics.includes('jetlock_reads_total'), argvs.length], [true, true, true, 5]);
  for (const [name, said] of Object.entries({ logs, errors, metrics: [metrics], argvs })) t.deepEqual(said.filter((line) => holds(line, SECRETS)), [], name);
});

test.serial('nor on the disk of the broker, nor in the data directory', async (t) => {
  const control = randomBytes(20);
  const nc = await jetlock.connection();
  const kv = await new Kvm(nc).create('control', { history: 1 });
  await kv.put('planted', `....${Buffer.concat([Buffer.from('x'), control]).toString('base64url')}`);
  await steps.write('prod/canary/LAST', valueOf(5));
  await jetlock.nats.server().stop();
  const [planted, onDisk, inData] = [await filesWith(jetlock.nats.storeDir, [control]), await filesWith(jetlock.nats.storeDir, SECRETS), await filesWith(jetlock.dataDir, SECRETS)];
  await jetlock.nats.restart();
  await jetlock.connected();
  t.is(planted.length, 1);
  t.deepEqual([...onDisk, ...inData], []);
});

const keyFile = join(jetlock.dataDir, 'data', 'operator-keys.json');
const currentOf = async (file: string): Promise<string> => (JSON.parse(await readFile(file, 'utf8')) as { current: { key: string } }).current.key;
const keyOf = async (path: string): Promise<string> => {
  const { streams } = await jetstreamManager(await jetlock.connection());
  const found = await streams.getMessage(subjects.stream, { last_by_subj: subjects.state.secret(pathOf(path)) });
  return (JSON.parse(fromUtf8(found?.data ?? utf8('{}'))) as { events: ReadonlyArray<{ key: string }> }).events[0]?.key ?? '';
};

/** A store from before, with the key files of before and after. */
const thief = async () => {
  await steps.write('prod/canary/DELETED', valueOf(7));
  const key = await keyOf('prod/canary/DELETED');
  const copy = await copyStore(jetlock);
  const before = join(jetlock.dataDir, 'keys-before.json');
  await copyFile(keyFile, before);
  await steps.command({ operation: 'secret.delete', path: pathOf('prod/canary/DELETED') });
  await steps.command({ operation: 'key.rotate', purposes: ['root', 'operator'] });
  return { key, copy, before };
};

test.serial('after a delete and a rotation, a copy from before opens nothing with the key file of after', async (t) => {
  const { key, copy, before } = await thief();
  const stolen = await launchServer({ path: (await natsServer()).path, storeDir: copy, port: 0 });
  const nc = await connect({ servers: stolen.url });
  t.teardown(async () => {
    await nc.close();
    await stolen.stop('SIGKILL');
    await rm(copy, { recursive: true });
  });
  const dataDir = await mkdtemp(join(jetlock.dataDir, 'thief-'));
  await copyFile(keyFile, join(dataDir, 'operator-keys.json'));
  const started = await startService({
    ...{ subjects, dataDir, firstAdmin: undefined, acceptHistory: undefined, logLevel: 'silent' },
    broker: orThrow(await natsBroker(nc, subjects)),
    operatorKey: { current: undefined, previous: undefined },
    http: { host: '127.0.0.1', port: 0 },
  });
  t.regex(isLeft(started) ? started.left.message : 'it started', /does not open with this operator key/);

  const store = orThrow(await openKeyStore(nc, subjects.bucket('keys')));
  const opens = async (dir: string, id: string): Promise<boolean> => {
    const operator = orThrow(readOperatorKeys(dir));
    return operator !== undefined && !isLeft(await makeKeyring(store, operator).open(id));
  };
  const ids = new Set((await wrappedKeysIn(copy)).map(({ id }) => id));
  t.true(ids.size > 10 && ids.has(key));
  for (const id of ids) t.false(await opens(dataDir, id));
  await copyFile(before, join(dataDir, 'operator-keys.json'));
  t.true(await opens(dataDir, key));
});

test.serial('nor do the bytes that NATS did not erase: what was deleted opens with no key that is left', async (t) => {
  const { key, copy, before } = await thief();
  await jetlock.nats.server().stop();
  const left = [...(await wrappedKeysIn(jetlock.nats.storeDir)), ...(await wrappedKeysIn(copy))];
  await jetlock.nats.restart();
  await jetlock.connected();
  t.true(openedFrom(await currentOf(before), left).has(key));
  t.false(openedFrom(await currentOf(keyFile), left).has(key));
  t.true(openedFrom(await currentOf(keyFile), left).has(await keyOf(PATH)));
  const client = await jetlock.clientOf('canary-api', known);
  await eventually(async () => ((await codeOf(client.get(PATH))) === 'answered' ? true : undefined), 30_000, 'the value that was kept');
  await rm(copy, { recursive: true });
});
