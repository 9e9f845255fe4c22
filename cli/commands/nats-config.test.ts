import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { startNats } from '../../tests/support/nats.ts';
import { memoryIo } from '../memory-io.ts';
import { runProgram } from '../program.ts';

type User = { readonly name: string; readonly nkey: string; readonly seedFile: string | null; readonly inboxPrefix: string };
type Printed = { readonly config: string; readonly users: ReadonlyArray<User> };

const jetlock = async (args: string, directory = '/nowhere') => {
  const { io, stdout, stderr } = memoryIo({ directory });
  const code = await runProgram(args.split(' '), io);
  return { code, stdout: stdout(), stderr: stderr(), printed: () => JSON.parse(stdout()) as Printed };
};

const folder = async (t: { readonly teardown: (end: () => Promise<void>) => void }): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'jetlock-users-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

test('nats-config: without keys it prints what nats-server does not start with', async (t) => {
  const { code, stdout, stderr } = await jetlock('nats-config --service billing');
  t.is(code, 0);
  t.regex(stdout, /^authorization \{\n/);
  t.regex(stderr, /^next: .*--out FOLDER\n$/);
  for (const name of ['service', 'provisioner', 'admin', 'auditor', 'requester-billing']) t.true(stdout.includes(`"PUBLIC-NKEY-OF-${name}"`), name);
  await t.throwsAsync(startNats(t, { config: stdout }), { message: /did not start/ });
});

test('nats-config --out: seeds nobody else can read, made once; users who may do what they need and no more', async (t) => {
  const directory = await folder(t);
  const first = await jetlock('nats-config --service billing,shop --out users --json', directory);
  t.is(first.code, 0);
  const { config, users } = first.printed();
  t.deepEqual(users.map(({ name }) => name), ['service', 'provisioner', 'admin', 'auditor', 'requester-billing', 'requester-shop']);
  for (const { seedFile, nkey } of users) {
    t.is((await stat(seedFile!)).mode & 0o777, 0o600);
    t.true(config.includes(nkey));
    t.false(`${first.stdout}${first.stderr}`.includes((await readFile(seedFile!, 'utf8')).trim()));
  }
  t.deepEqual((await jetlock('nats-config --service billing,shop --out users --json', directory)).printed(), first.printed());

  const nats = await startNats(t, { config });
  const as = (name: string) => {
    const { seedFile, inboxPrefix } = users.find((user) => user.name === name)!;
    return `--nats ${nats.url} --nkey ${seedFile} --inbox-prefix ${inboxPrefix}`;
  };
  t.regex((await jetlock(`audit log ${as('auditor')}`)).stderr, /stream not found/);
  t.regex((await jetlock(`audit log ${as('requester-billing')}`)).stderr, /Permissions Violation/i);
  t.is((await jetlock(`audit log --nats ${nats.url}`)).code, 78);
});

test('nats-config: a name that is none is refused before any key is made', async (t) => {
  const directory = await folder(t);
  t.is((await jetlock('nats-config --service billing,Bad! --out users', directory)).code, 65);
  await t.throwsAsync(stat(join(directory, 'users')));
});
