import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { PROGRAM } from '../tests/support/program.ts';
import { memoryIo } from './memory-io.ts';
import { defect, runProgram } from './program.ts';
import { NOUNS, TABLE } from './table.ts';
import { VERBS } from './verbs.ts';
import { VERSION } from '../protocol/version.ts';

type Result = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** The program itself, as a child process. */
const jetlock = (...args: string[]): Promise<Result> =>
  new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env: {}, cwd: new URL('..', import.meta.url), timeout: 60_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });

/** The same in this process. */
const run = async (args: ReadonlyArray<string>, environment = {}): Promise<Result> => {
  const { io, stdout, stderr } = memoryIo({ environment });
  return { code: await runProgram(args, io), stdout: stdout(), stderr: stderr() };
};

test('jetlock version', async (t) => {
  t.deepEqual(await jetlock('version'), { code: 0, stdout: `jetlock ${VERSION}\n`, stderr: '' });
  t.deepEqual(await jetlock('version', '--json'), { code: 0, stdout: `{"version":"${VERSION}"}\n`, stderr: '' });
});

test('the version is that of the package', async (t) => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  t.is(VERSION, version);
});

test('jetlock --help', async (t) => {
  const { code, stdout, stderr } = await jetlock('--help');
  t.is(code, 0);
  t.is(stderr, '');
  for (const word of ['dev', 'secret', 'access', 'inbox', 'completion']) t.regex(stdout, new RegExp(`^  ${word}\\b`, 'm'));
});

test('an unknown command', async (t) => {
  t.deepEqual(await jetlock('secrt', 'list'), { code: 64, stdout: '', stderr: 'jetlock: unknown command\nhint: did you mean jetlock secret\n' });
});

test('a usage error', async (t) => {
  t.deepEqual(await jetlock('secret', 'set'), {
    code: 64,
    stdout: '',
    stderr: 'jetlock: missing required argument PATH\nhint: jetlock secret set [options] <PATH>\n',
  });
});

const bashCompletes = async (...words: string[]): Promise<ReadonlyArray<string>> => {
  const { stdout: script } = await run(['completion', 'bash']);
  const complete = `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _jetlock; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', complete, 'bash', 'jetlock', ...words]);
  return stdout.split('\n').filter((line) => line !== '');
};

test('jetlock completion: bash completes nouns, verbs and options', async (t) => {
  t.is((await jetlock('completion', 'bash')).code, 0);
  t.deepEqual(await bashCompletes('se'), ['serve', 'secret', 'service']);
  t.deepEqual(await bashCompletes('secret', 'd'), ['describe', 'disable', 'delete']);
  t.deepEqual(await bashCompletes('admin', 'key', ''), ['new', 'list', 'remove']);
  t.deepEqual(await bashCompletes('secret', 'set', '--nats', 'x', 'prod/a', '--des'), ['--description']);
  t.deepEqual(await bashCompletes('secret', 'set', 'prod/'), []);
});

test('jetlock completion: the shell in use unless one is named, and no other than three', async (t) => {
  t.regex((await run(['completion'], { SHELL: '/usr/bin/fish' })).stdout, /^complete -c jetlock/m);
  t.regex((await run(['completion'], { SHELL: '/bin/ksh' })).stdout, /^complete -o default -F _jetlock jetlock/m);
  t.regex((await run(['completion', 'zsh'])).stdout, /^#compdef jetlock/);
  t.is((await run(['completion', 'tcsh'])).code, 64);
});

for (const [what, args, stderr] of [
  ['an unknown verb', ['secret', 'st'], 'jetlock: unknown command of jetlock secret\nhint: did you mean jetlock secret set\n'],
  ['an unknown option', ['inbox', '--jsn'], 'jetlock: unknown option of jetlock inbox\nhint: did you mean jetlock inbox --json\n'],
  ['an unknown option before the command', ['--hunter2'], 'jetlock: unknown option of jetlock\nhint: jetlock --help\n'],
  ['an option without its value', ['inbox', '--nats'], 'jetlock: option --nats <URL> needs a value\nhint: jetlock inbox [options]\n'],
  ['too many arguments', ['namespace', 'delete', 'a', 'hunter2'], 'jetlock: too many arguments for jetlock namespace delete\nhint: jetlock namespace delete [options] <NAMESPACE>\n'],
  [
    'a value among the arguments',
    ['secret', 'set', 'prod/shop/KEY', 'hunter2'],
    'jetlock: too many arguments for jetlock secret set\nhint: the value is not an argument: jetlock secret set PATH asks for it, or reads it from stdin\n',
  ],
  ['a required option that is missing', ['secret', 'import', 'f'], 'jetlock: --namespace is missing\nhint: give --namespace <NAMESPACE> or set JETLOCK_NAMESPACE\n'],
] as const) {
  test(`${what}: 64, a hint, and nothing repeated`, async (t) => {
    t.deepEqual(await run(args), { code: 64, stdout: '', stderr });
  });
}

test('a noun alone shows its verbs, on stderr', async (t) => {
  const { code, stdout, stderr } = await run(['secret']);
  t.deepEqual([code, stdout], [64, '']);
  t.regex(stderr, /^ {2}rollback /m);
});

test('a usage error with --json is a document too', async (t) => {
  const { code, stdout } = await run(['inbox', '--jsn', '--json']);
  t.is(code, 64);
  t.like(JSON.parse(stdout), { error: { exit: 64, message: 'unknown option of jetlock inbox' } });
});

test('an unexpected error is told by its place, without its message', async (t) => {
  const thrown = t.throws(() => JSON.parse('hunter2') as unknown);
  t.is(defect(thrown).exit, 70);
  t.regex(defect(thrown).message, /^unexpected SyntaxError at \S+:\d+:\d+$/);
  t.notRegex(defect(new Error('no\n    at hunter2 (hunter2.ts:1:1)')).message, /hunter2/);
  t.is(defect('hunter2').message, 'unexpected something that is no error was thrown');
});

test('help of every command is complete, and shows no value of the environment', async (t) => {
  const variables = new Set(TABLE.flatMap(({ options }) => options.map(({ name }) => `JETLOCK_${name.toUpperCase().replaceAll('-', '_')}`)));
  const environment = Object.fromEntries([...variables].flatMap((name) => [[name, 'hunter2'], [`${name}_FILE`, 'hunter2']]));
  for (const { name, does, options } of TABLE) {
    const { code, stdout } = await run([...name.split(' '), '--help'], environment);
    const words = stdout.replace(/\s+/g, ' ');
    t.is(code, 0);
    t.true(words.includes(does), name);
    t.true(options.every((option) => words.includes(`--${option.name}`)), name);
    t.false(stdout.includes('hunter2'), name);
  }
});

test('every row has a verb, each in a file that can be loaded', async (t) => {
  t.deepEqual(TABLE.map(({ name }) => name).sort(), Object.keys(VERBS).sort());
  for (const [name, load] of Object.entries(VERBS)) t.is(typeof (await load()).run, 'function', name);
});

test('every command has one row, every noun a description', (t) => {
  const names = TABLE.map(({ name }) => name);
  t.is(new Set(names).size, names.length);
  const nouns = new Set(names.flatMap((name) => name.split(' ').map((_, at, words) => words.slice(0, at).join(' ')).slice(1)));
  t.deepEqual([...nouns].sort(), Object.keys(NOUNS).sort());
  for (const { name, options } of TABLE) t.is(new Set(options.map((option) => option.name)).size, options.length, name);
  t.true(TABLE.every(({ options }) => options.some(({ name }) => name === 'json')));
});
