/** `jetlock backup` and `jetlock restore` as they are typed, by the provisioner and with no other rights; and a log that moves to other servers by them. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import test from 'ava';
import { memoryIo, type Setting } from '../cli/memory-io.ts';
import { runProgram } from '../cli/program.ts';
import { writeDevFile } from '../cli/dev-file.ts';
import { newAdminIdentity, newTokenIdentity } from '../client/credential.ts';
import { randomId } from '../crypto/random.ts';
import { newSigningKey } from '../crypto/sign.ts';
import { AdminName, sure } from '../events/vocabulary.ts';
import { startDev } from '../services/dev.ts';
import { identitiesIn } from '../services/nats/identities.ts';
import { inboxPrefixOf, natsConfig } from '../services/nats/permissions.ts';
import { subjects } from './support/clients.ts';
import { startCluster } from './support/cluster.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { startNats } from './support/nats.ts';
import { holds } from './support/needles.ts';
import { eventually } from './support/poll.ts';
import { backUp, newFolder, newKeys, serveRestored } from './support/restored.ts';
import { inLongForm } from './support/scale.ts';
import { serviceOf, stepsOf } from './support/steps.ts';

const PASSPHRASE = 'zebra violin umbrella tulip';

inLongForm(() => {
  test.serial('a log moves onto a cluster and back', async (t) => {
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

  test.serial('typed twice and shown never; a wrong one is told from damage before anything is asked of NATS', async (t) => {
    const folder = await newFolder(t);
    const users = orThrow(identitiesIn(join(folder, 'users'), ['provisioner', 'service']));
    const config = natsConfig({ subjects, users: (['provisioner', 'service'] as const).map((role) => ({ role, nkey: users[role].publicKey })) });
    const [one, other] = [await startNats(t, { config }), await startNats(t, { config })];
    const said: string[] = [];
    const environment = { HOME: folder, JETLOCK_NKEY: users.provisioner.seedFile, JETLOCK_INBOX_PREFIX: inboxPrefixOf({ role: 'provisioner' }) };
    /** What is typed at each prompt, once it shows. */
    const type = async (args: string, answers: ReadonlyArray<readonly [prompt: string, text: string]> = [], setting: Setting = {}) => {
      const terminals = answers.length > 0 ? (['stdin', 'stderr'] as const) : [];
      const { io, stdout, stderr, type: press } = memoryIo({ directory: folder, environment, terminals, ...setting });
      const ended = runProgram(args.split(' '), io);
      for (const [prompt, text] of answers) {
        await eventually(() => stderr().includes(prompt) || undefined, 30_000, prompt);
        press(`${text}\r`);
      }
      const code = await ended;
      said.push(stdout(), stderr(), args);
      return { code, stdout: stdout(), stderr: stderr() };
    };
    const twice = (first: string, second = first) => [['passphrase for the backup', first], ['the same again', second]] as const;
    t.is((await type(`init --nats ${one.url} --data one`)).code, 0);

    t.like(await type(`backup b.age --nats ${one.url} --data one`), { code: 64 });
    t.regex((await type(`backup b.age --nats ${one.url} --data one`, twice('too short'))).stderr, /shorter than 12 characters/);
    t.regex((await type(`backup b.age --nats ${one.url} --data one`, twice(PASSPHRASE, `${PASSPHRASE}!`))).stderr, /not the same/);
    const made = await type(`backup b.age --nats ${one.url} --data one`, twice(PASSPHRASE));
    t.is(made.code, 0, made.stderr);
    t.true(made.stderr.includes('backup (MB)'));
    t.is((await stat(join(folder, 'b.age'))).mode & 0o777, 0o600);
    t.like(await type(`backup b.age --nats ${one.url} --data one`, []), { code: 65 });

    const at = `--nats ${other.url} --data other`;
    const wrong = await type(`restore b.age ${at}`, [['passphrase of the backup', 'another passphrase']]);
    t.is(wrong.code, 78);
    t.regex(wrong.stderr, /b\.age does not open with that passphrase$/m);
    await writeFile(join(folder, 'passphrase'), `${PASSPHRASE}\n`, { mode: 0o644 });
    t.regex((await type(`restore b.age ${at} --passphrase-file passphrase`)).stderr, /passphrase can be read by others/);
    await writeFile(join(folder, 'private'), `${PASSPHRASE}\n`, { mode: 0o600 });
    const restored = await type(`restore b.age ${at} --passphrase-file private`);
    t.is(restored.code, 0, restored.stderr);
    for (const line of made.stdout.split('\n').filter((text) => /^(head|service key)/.test(text))) t.true(restored.stdout.includes(line), line);
    t.like(await type(`restore b.age ${at} --passphrase-file private`), { code: 78 });
    t.false(holds(said.join('\n'), [PASSPHRASE]));
    t.deepEqual((await readdir(folder)).filter((name) => name.includes('tmp')), []);
  });
});

test.serial('beside jetlock dev a backup finds NATS, a user that may, and the keys, also from a folder below', async (t) => {
  const folder = await newFolder(t);
  const { recipient } = await newKeys();
  const admin = newAdminIdentity({ admin: sure(AdminName, 'admin'), keyring: randomId(), servicePublicKey: newSigningKey().publicKey });
  const dataDir = join(folder, 'elsewhere');
  const dev = orThrow(await startDev({ dataDir, natsPort: 0, httpPort: 0, logLevel: 'silent', firstAdmin: admin, say: () => undefined }));
  t.teardown(dev.stop);
  const { natsUrl, natsIdentities, service } = dev;
  const { keyring, servicePublicKey: publicKey } = service.identity;
  orThrow(writeDevFile(folder, { natsUrl, httpUrl: service.httpUrl, publicKey, keyring, adminKey: join(dataDir, 'admin.json'), natsIdentities }));
  await mkdir(join(folder, 'below'));
  const type = async (environment: Readonly<Record<string, string>>) => {
    const { io, stdout, stderr } = memoryIo({ directory: join(folder, 'below'), environment: { HOME: folder, ...environment } });
    return { code: await runProgram(['backup', 'b.age', '--recipient', recipient, '--json'], io), stdout: stdout(), stderr: stderr() };
  };
  const denied = await type({ JETLOCK_NKEY: natsIdentities.client });
  t.is(denied.code, 78);
  t.regex(denied.stderr, /NATS does not allow it to this user\nhint: use the NATS user .* the provisioner for init, backup and restore$/m);
  const { code, stdout, stderr } = await type({});
  t.is(code, 0, stderr);
  t.like(JSON.parse(stdout), { operatorKey: { inside: true } });
});

test.serial('a backup to a public key opens with the private one, and by hand', async (t) => {
  const folder = await newFolder(t);
  const nats = await startNats(t);
  const { recipient, identity } = await newKeys();
  const type = async (args: string) => {
    const { io, stdout, stderr } = memoryIo({ directory: folder, environment: { HOME: folder, JETLOCK_NATS: nats.url } });
    return { code: await runProgram(args.split(' '), io), stdout: stdout(), stderr: stderr() };
  };
  await writeFile(join(folder, 'age.txt'), `# public key: ${recipient}\n${identity}\n`, { mode: 0o600 });
  t.is((await type('init')).code, 0);
  t.is((await type('backup b.age --recipient age1nonsense')).code, 78);
  const made = await type(`backup b.age --recipient ${recipient} --json`);
  t.deepEqual(Object.keys(JSON.parse(made.stdout) as object).sort(), ['bytes', 'file', 'head', 'keyring', 'operatorKey', 'publicKey']);
  t.like(await type('restore b.age'), { code: 64, stderr: 'jetlock: this backup is encrypted to a public key\nhint: give --age-identity FILE with the private one\n' });
  t.regex((await type('restore b.age --age-identity age.txt')).stderr, /there is a stream SECRETS/);

  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  await writeFile(join(folder, 'b.tar'), await decrypter.decrypt(await readFile(join(folder, 'b.age'))));
  const { stdout } = await promisify(execFile)('tar', ['-tf', join(folder, 'b.tar')]);
  const names = ['SECRETS', 'KV_secrets_keys'].flatMap((stream) => [`${stream}/backup.json`, `${stream}/stream.tar.s2.000001`]);
  t.deepEqual(stdout.trim().split('\n'), ['operator-keys.json', ...names, 'jetlock.json']);
});
