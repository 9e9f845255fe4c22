import { mkdtemp, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { PublicKey, sure } from '../events/vocabulary.ts';
import { devFilePath } from '../client/dev-file.ts';
import { readDevFile, writeDevFile, type DevFile } from './dev-file.ts';
import type { Io } from './io.ts';
import { natsOptions } from './nats-options.ts';
import type { Options } from './options.ts';
import { memoryIo } from './memory-io.ts';
import { runProgram } from './program.ts';
import { NOWHERE, resolveOptions, type Environment, type Typed } from './environment.ts';
import type { Option } from './options.ts';

const PORT: Option = { name: 'nats-port', value: 'PORT', description: '', default: 'default', beside: (dev) => dev.natsUrl };
const FILE: Option = { name: 'identity', value: 'FILE', description: '', isFile: true };
const FLAG: Option = { name: 'json', description: '' };

const dev: DevFile = {
  natsUrl: 'nats://127.0.0.1:1',
  httpUrl: 'http://127.0.0.1:2',
  publicKey: sure(PublicKey, 'A'.repeat(43)),
  keyring: 'k',
  adminKey: '/a',
  natsIdentities: { client: '/c', auditor: '/d', provisioner: '/e' },
};

const folder = () => mkdtemp(join(tmpdir(), 'jetlock-'));
const besideDev = async () => {
  const directory = await folder();
  writeDevFile(directory, dev);
  return directory;
};
const fileWith = async (text: string) => {
  const path = join(await folder(), 'value');
  await writeFile(path, text);
  return path;
};
const resolved = async (option: Option, typed: Typed, environment: Environment, directory = '/nowhere') => {
  const result = await resolveOptions([option], typed, { environment, directory });
  return result._tag === 'Left' ? result.left : (result.right.text[option.name] ?? result.right.flags.has(option.name));
};

test('the first of typed, variable, twin, jetlock dev and default counts', async (t) => {
  const directory = await besideDev();
  const typed = { 'nats-port': 'typed' };
  const variable = { JETLOCK_NATS_PORT: 'variable' };
  const twin = { JETLOCK_NATS_PORT_FILE: await fileWith('twin') };
  t.is(await resolved(PORT, typed, { ...variable, ...twin }, directory), 'typed');
  t.is(await resolved(PORT, {}, { ...variable, ...twin }, directory), 'variable');
  t.is(await resolved(PORT, {}, twin, directory), 'twin');
  t.is(await resolved(PORT, {}, {}, directory), 'nats://127.0.0.1:1');
  t.is(await resolved(PORT, {}, {}), 'default');
});

test('one line break at the end of a twin is not part of the value', async (t) => {
  for (const [text, value] of [['a\n', 'a'], ['a\r\n', 'a'], ['a\n\n', 'a\n'], [' a', ' a'], ['', '']] as const) {
    t.is(await resolved(PORT, {}, { JETLOCK_NATS_PORT_FILE: await fileWith(text) }), value);
  }
});

test('an empty variable is a value', async (t) => {
  t.is(await resolved(PORT, {}, { JETLOCK_NATS_PORT: '' }), '');
});

test('the twin of an option that takes a file names that file, and does not open it', async (t) => {
  t.is(await resolved(FILE, {}, { JETLOCK_IDENTITY_FILE: '/absent' }), '/absent');
});

test('a twin that cannot be read is a matter of configuration', async (t) => {
  t.like(await resolved(PORT, {}, { JETLOCK_NATS_PORT_FILE: '/absent' }), { exit: 78 });
});

test('flags are typed, or a variable that says true or false', async (t) => {
  t.is(await resolved(FLAG, { json: true }, {}), true);
  t.is(await resolved(FLAG, {}, { JETLOCK_JSON: '1' }), true);
  t.is(await resolved(FLAG, {}, { JETLOCK_JSON: 'no' }), false);
  t.is(await resolved(FLAG, {}, { JETLOCK_JSON_FILE: await fileWith('true\n') }), true);
  const wrong = await resolved(FLAG, {}, { JETLOCK_JSON: 'hunter2' });
  t.like(wrong, { exit: 78 });
  t.false(JSON.stringify(wrong).includes('hunter2'));
});

test('a choice that is none is refused without repeating it', async (t) => {
  const role: Option = { name: 'role', value: 'ROLE', description: '', choices: ['admin', 'auditor'], required: true };
  t.is(await resolved(role, { role: 'auditor' }, {}), 'auditor');
  t.like(await resolved(role, {}, {}), { exit: 64, message: '--role is missing', hint: 'give --role <ROLE> or set JETLOCK_ROLE' });
  t.like(await resolved(role, { role: 'hunter2' }, {}), { exit: 64, message: '--role is not one of: admin, auditor' });
  t.like(await resolved(role, {}, { JETLOCK_ROLE: 'hunter2' }), { exit: 78, message: 'JETLOCK_ROLE is not one of: admin, auditor' });
});

test('where no jetlock dev runs and NATS is not given, that is said before what it would have told too', async (t) => {
  const nats: Option = { name: 'nats', value: 'URL', description: '', beside: (found) => found.natsUrl };
  const identity: Option = { ...FILE, required: true, beside: (found) => found.adminKey };
  const own: Option = { name: 'namespace', value: 'NAMESPACE', description: '', required: true };
  const from = { environment: {}, directory: '/nowhere' };
  t.like(await resolveOptions([identity, nats], {}, from), { left: NOWHERE });
  t.like(await resolveOptions([nats], {}, from), { left: NOWHERE });
  t.like(await resolveOptions([identity, own, nats], {}, from), { left: { message: '--namespace is missing' } });
  t.like(await resolveOptions([identity, nats], { nats: 'nats://there' }, from), { left: { message: '--identity is missing' } });
  t.like(await resolveOptions([identity, nats], {}, { ...from, directory: await besideDev() }), { right: { text: { identity: dev.adminKey } } });
});

for (const command of ['inbox', 'get prod/shop/A', 'register shop', 'audit log', 'doctor', 'init']) {
  test(`jetlock ${command} says where NATS would be given, where nothing is`, async (t) => {
    const { io, stderr } = memoryIo();
    t.is(await runProgram(command.split(' '), io), 78);
    t.is(stderr(), `jetlock: ${NOWHERE.message}\nhint: start jetlock dev here, or give --nats URL or --context NAME\n`);
  });
}

test('another option can stand against jetlock dev', async (t) => {
  const options: Option[] = [{ name: 'context', value: 'NAME', description: '' }, { ...PORT, unless: 'context' }];
  const result = await resolveOptions(options, { context: 'c' }, { environment: {}, directory: await besideDev() });
  t.deepEqual(result._tag === 'Right' && result.right.text, { context: 'c', 'nats-port': 'default' });
});

test('a jetlock dev counts in the folders below its own, where no nearer one runs', async (t) => {
  const below = join(await besideDev(), 'src', 'below');
  await mkdir(below, { recursive: true });
  t.is(await resolved(PORT, {}, {}, below), dev.natsUrl);
  writeDevFile(below, { ...dev, natsUrl: 'nats://nearer' });
  t.is(await resolved(PORT, {}, {}, below), 'nats://nearer');
});

test('what jetlock dev wrote is read back, and only its owner can read it', async (t) => {
  const directory = await besideDev();
  const { stat, chmod } = await import('node:fs/promises');
  t.deepEqual(readDevFile(directory), { _tag: 'Right', right: { ...dev, folder: join(directory, '.jetlock') } });
  t.is((await stat(devFilePath(directory))).mode & 0o777, 0o600);
  t.is((await stat(join(directory, '.jetlock'))).mode & 0o777, 0o700);
  await chmod(devFilePath(directory), 0o640);
  t.like(readDevFile(directory), { _tag: 'Left', left: { exit: 78, hint: `chmod 600 ${devFilePath(directory)}` } });
});

test('who says where NATS is needs no dev file, and is not kept by one that cannot be read', async (t) => {
  const directory = await besideDev();
  const { chmod } = await import('node:fs/promises');
  await chmod(devFilePath(directory), 0o640);
  const io = { directory, environment: {} } as Io;
  t.like(natsOptions({ text: { nats: 'nats://there' }, flags: {} } as unknown as Options, io, 'client'), { right: { servers: 'nats://there' } });
  t.like(natsOptions({ text: {}, flags: {} } as unknown as Options, io, 'client'), { left: { exit: 78 } });
});

for (const [what, text] of [
  ['no JSON', '{'],
  ['another shape', '{"natsUrl":1}'],
  ['a key that is none', JSON.stringify({ ...dev, publicKey: 'hunter2' })],
] as const) {
  test(`a dev file with ${what} is a matter of configuration`, async (t) => {
    const directory = await besideDev();
    await writeFile(devFilePath(directory), text);
    const result = readDevFile(directory);
    t.like(result, { _tag: 'Left', left: { exit: 78, hint: 'start jetlock dev again' } });
    t.false(JSON.stringify(result).includes('hunter2'));
  });
}
