import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { memoryIo } from '../memory-io.ts';
import { runProgram } from '../program.ts';

const MARKER = 'canary-7f2b91';
const SCHEMA = { type: 'object', properties: { API_KEY: { type: 'string', description: 'the bank' }, MODE: { type: 'string', default: MARKER } }, required: ['API_KEY'] };

type Files = Readonly<Record<string, unknown>>;

/** A folder with files, texts or what becomes JSON, and the command line in it. */
const workshop = async (t: ExecutionContext, files: Files = {}) => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'jetlock-generate-')));
  t.teardown(() => rm(directory, { recursive: true }));
  const write = async (name: string, content: unknown) => {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  for (const [name, content] of Object.entries(files)) await write(name, content);
  const jetlock = async (args: string) => {
    const { io, stdout, stderr } = memoryIo({ directory });
    return { code: await runProgram(['generate', ...args.split(' ').filter((word) => word !== '')], io), stdout: stdout(), stderr: stderr() };
  };
  const read = (name: string) => readFile(join(directory, name), 'utf8');
  return { directory, write, jetlock, read, list: (name = '.') => readdir(join(directory, name)) };
};

const wants = (properties: Files, required: ReadonlyArray<string> = []) => ({ type: 'object', properties, required });

test('generate writes the client once, for all to read, leaving nothing else behind', async (t) => {
  const { directory, jetlock, read, list } = await workshop(t, { 'secrets.schema.json': SCHEMA });
  t.deepEqual(await jetlock(''), { code: 0, stdout: 'wrote secrets.ts, 2 keys\n', stderr: '' });
  t.regex(await read('secrets.ts'), /^\/\/ Made by jetlock generate from secrets\.schema\.json, do not edit\.\n/);
  const { mode, mtimeMs } = await stat(join(directory, 'secrets.ts'));
  t.is(mode, (await stat(join(directory, 'secrets.schema.json'))).mode);
  t.is((await jetlock('')).stdout, 'unchanged: secrets.ts, 2 keys\n');
  t.is((await stat(join(directory, 'secrets.ts'))).mtimeMs, mtimeMs);
  t.deepEqual(await list(), ['secrets.schema.json', 'secrets.ts']);
});

test('generate FOLDER --out FILE --json', async (t) => {
  const { jetlock, read, list } = await workshop(t, { 'packages/shop/secrets.schema.json': SCHEMA });
  t.deepEqual(JSON.parse((await jetlock('packages/shop --json')).stdout), { file: 'packages/shop/secrets.ts', keys: 2, changed: true });
  t.deepEqual(JSON.parse((await jetlock('packages/shop --out src/made.ts --json')).stdout), { file: 'src/made.ts', keys: 2, changed: true });
  t.is(await read('src/made.ts'), await read('packages/shop/secrets.ts'));
  t.deepEqual(await list('packages/shop'), ['secrets.schema.json', 'secrets.ts']);
});

test('generate leaves a file alone that somebody else made', async (t) => {
  const { jetlock, read } = await workshop(t, { 'secrets.schema.json': SCHEMA, 'secrets.ts': 'export const mine = 1;\n' });
  t.like(await jetlock(''), { code: 65, stderr: 'jetlock: secrets.ts was not made by jetlock generate\nhint: name another file with --out, or remove this one first\n' });
  t.is(await read('secrets.ts'), 'export const mine = 1;\n');
});

test('generate --check writes nothing, and ends with 1 where the file is missing or out of date', async (t) => {
  const { write, jetlock, read, list } = await workshop(t, { 'shop/secrets.schema.json': SCHEMA });
  t.like(await jetlock('shop --check'), { code: 1, stdout: '', stderr: 'jetlock: shop/secrets.ts is missing\nhint: jetlock generate shop\n' });
  t.deepEqual(await list('shop'), ['secrets.schema.json']);
  await jetlock('shop');
  t.deepEqual(await jetlock('shop --check'), { code: 0, stdout: 'unchanged: shop/secrets.ts, 2 keys\n', stderr: '' });
  const made = await read('shop/secrets.ts');
  await write('shop/secrets.ts', made.replaceAll('\n', '\r\n'));
  t.is((await jetlock('shop --check')).code, 0);
  await write('shop/secrets.schema.json', wants({ OTHER: { type: 'string' } }));
  const stale = await jetlock('shop --check --json');
  t.is(stale.code, 1);
  t.like(JSON.parse(stale.stdout), { error: { code: 'stale', message: 'shop/secrets.ts is out of date' } });
  t.is(await read('shop/secrets.ts'), made.replaceAll('\n', '\r\n'));
});

test('a schema that is none is told by file, property and what was expected, never by a value', async (t) => {
  const { write, jetlock, list } = await workshop(t);
  t.like(await jetlock(''), { code: 65, stderr: 'jetlock: there is no secrets.schema.json\nhint: jetlock generate --from .env starts one\n' });
  await write('secrets.schema.json', wants({ API_KEY: { type: 'string', default: [MARKER], format: MARKER }, B: MARKER }));
  const { code, stdout, stderr } = await jetlock('--json');
  t.is(code, 65);
  t.like(JSON.parse(stdout), { error: { code: 'bad_schema', message: 'secrets.schema.json is not a schema of secrets' } });
  for (const line of ['properties.API_KEY.default: expected string', 'properties.API_KEY.format: expected one of', 'properties.B: expected Property']) t.true(stderr.includes(`  ${line}`), line);
  t.false(`${stdout}${stderr}`.includes(MARKER));
  await write('secrets.schema.json', `{\n  "type": "object",\n  "properties": ${MARKER}`);
  const notJson = await jetlock('');
  t.is(notJson.code, 65);
  t.regex(notJson.stderr, /^ {2}not JSON/m);
  t.false(notJson.stderr.includes(MARKER));
  t.deepEqual(await list(), ['secrets.schema.json']);
});

const SHARED = { type: 'string', description: 'of all' };

/** A workspace: one dependency hoisted, one nested, one linked from another workspace where two go round in a circle, one without a schema. */
const workspace = {
  'packages/shop/package.json': { name: 'shop', version: '1.0.0', dependencies: { hoisted: '1', '@acme/nested': '1', linked: '1', bare: '1' } },
  'packages/shop/secrets.schema.json': wants({ SHARED, OWN: { type: 'string' } }, ['OWN']),
  'node_modules/hoisted/package.json': { name: 'hoisted', version: '1.2.3', dependencies: { deep: '1' }, exports: './no.js' },
  'node_modules/hoisted/secrets.schema.json': wants({ SHARED, HOISTED: { type: 'string' } }, ['SHARED']),
  'node_modules/deep/package.json': { name: 'deep', version: '1.0.0' },
  'node_modules/deep/secrets.schema.json': wants({ DEEP: { type: 'string', default: '' } }),
  'packages/shop/node_modules/@acme/nested/package.json': { name: '@acme/nested', version: '1.0.0' },
  'packages/shop/node_modules/@acme/nested/secrets.schema.json': wants({ NESTED: { type: 'string' } }),
  'other/packages/linked/package.json': { name: 'linked', version: '0.0.1', dependencies: { far: '1' } },
  'other/packages/linked/secrets.schema.json': wants({ LINKED: { type: 'string' } }),
  'other/node_modules/far/package.json': { name: 'far', version: '3.0.0', dependencies: { linked: '1' } },
  'other/node_modules/far/secrets.schema.json': wants({ FAR: { type: 'string' } }),
  'node_modules/bare/package.json': { name: 'bare' },
};

const linkedWorkspace = async (t: ExecutionContext) => {
  const shop = await workshop(t, workspace);
  await symlink('../other/packages/linked', join(shop.directory, 'node_modules', 'linked'));
  await symlink('../packages/linked', join(shop.directory, 'other', 'node_modules', 'linked'));
  return shop;
};

test('generate --combined finds packages as Node does, and theirs, and says whose each key is', async (t) => {
  const { jetlock, read, write } = await linkedWorkspace(t);
  t.deepEqual(await jetlock('--combined packages/shop'), { code: 0, stdout: 'wrote packages/shop/secrets.schema.combined.json, 7 keys\n', stderr: '' });
  const combined = JSON.parse(await read('packages/shop/secrets.schema.combined.json')) as { properties: Record<string, { source: string[] }>; required: string[] };
  t.deepEqual(Object.entries(combined.properties).map(([key, { source }]) => [key, ...source]), [
    ['DEEP', 'deep'],
    ['FAR', 'far'],
    ['HOISTED', 'hoisted'],
    ['LINKED', 'linked'],
    ['NESTED', '@acme/nested'],
    ['OWN', 'shop'],
    ['SHARED', 'hoisted', 'shop'],
  ]);
  t.deepEqual(combined.required, ['OWN', 'SHARED']);
  t.is((await jetlock('--combined --check packages/shop')).code, 0);
  await write('node_modules/deep/secrets.schema.json', wants({}));
  t.like(await jetlock('--combined --check packages/shop'), { code: 1, stderr: 'jetlock: packages/shop/secrets.schema.combined.json is out of date\nhint: jetlock generate --combined packages/shop\n' });
});

test('generate --combined: two packages that define a key differently are both named, with what differs and without values', async (t) => {
  const { jetlock, write, list } = await linkedWorkspace(t);
  await write('node_modules/deep/secrets.schema.json', wants({ SHARED: { ...SHARED, default: MARKER }, OWN: { type: 'string', format: 'uri' } }));
  const { code, stdout, stderr } = await jetlock('--combined --json packages/shop');
  t.is(code, 65);
  const { error } = JSON.parse(stdout) as { error: { code: string; details: string[] } };
  t.is(error.code, 'conflicting_keys');
  t.deepEqual(error.details, ['OWN: shop@1.0.0 and deep@1.0.0 differ in format', 'SHARED: shop@1.0.0 and deep@1.0.0 differ in default']);
  t.false(`${stdout}${stderr}`.includes(MARKER));
  t.false((await list('packages/shop')).includes('secrets.schema.combined.json'));
});

test('generate --combined: what cannot be whole is not written', async (t) => {
  const { jetlock, write, list } = await workshop(t, { 'package.json': { name: 'shop', dependencies: { gone: '1' } }, 'secrets.schema.json': SCHEMA });
  t.like(await jetlock('--combined'), { code: 65, stderr: 'jetlock: shop depends on gone, which is not installed\nhint: install the dependencies, then try again\n' });
  await write('package.json', { name: 'shop', dependencies: { '../secrets': '1' } });
  await write('secrets/package.json', { name: 'secrets' });
  t.regex((await jetlock('--combined')).stderr, /is not installed/);
  await write('package.json', { name: 'shop', dependencies: { bad: '1' } });
  await write('node_modules/bad/package.json', { name: 'bad' });
  await write('node_modules/bad/secrets.schema.json', wants({ A: MARKER }));
  t.regex((await jetlock('--combined')).stderr, /^jetlock: node_modules\/bad\/secrets\.schema\.json is not a schema of secrets\n {2}properties\.A: expected Property$/m);
  await write('package.json', '{');
  t.is((await jetlock('--combined')).code, 65);
  t.is((await jetlock('--combined nowhere')).code, 65);
  t.false((await list()).includes('secrets.schema.combined.json'));
});

test('generate --from starts a schema with the keys of a .env file, and never a value', async (t) => {
  const { jetlock, read, write, list } = await workshop(t, { '.env': `# ${MARKER}\nAPI_KEY=${MARKER}\nexport MODE="${MARKER}"\n` });
  const first = await jetlock('--from .env');
  t.like(first, { code: 0, stdout: 'wrote secrets.schema.json, 2 keys\n' });
  t.regex(first.stderr, /^next: /);
  const text = await read('secrets.schema.json');
  t.like(JSON.parse(text), { properties: { API_KEY: { type: 'string' }, MODE: { type: 'string' } }, required: ['API_KEY', 'MODE'] });
  t.false(text.includes(MARKER));
  t.is((await jetlock('')).code, 0);

  await write('secrets.schema.json', SCHEMA);
  await write('.env', `API_KEY=1\nNEW=2\n`);
  t.like(await jetlock('--from .env'), { code: 65, stderr: 'jetlock: secrets.schema.json is there already\nhint: add the keys that it lacks with --merge\n' });
  t.deepEqual(JSON.parse(await read('secrets.schema.json')), SCHEMA);
  t.is((await jetlock('--from .env --merge')).stdout, 'wrote secrets.schema.json, 3 keys\n');
  t.deepEqual(JSON.parse(await read('secrets.schema.json')), wants({ ...SCHEMA.properties, NEW: { type: 'string' } }, ['API_KEY', 'NEW']));
  t.deepEqual(await list(), ['.env', 'secrets.schema.json', 'secrets.ts']);
});

test('generate --from: lines that cannot be taken are told without anything of them', async (t) => {
  const { jetlock, list } = await workshop(t, { '.env': `A=1\n${MARKER}\n` });
  const { code, stdout, stderr } = await jetlock('--from .env --json');
  t.is(code, 65);
  t.regex(stderr, /^ {2}line 2: neither KEY=VALUE nor a comment$/m);
  t.false(`${stdout}${stderr}`.includes(MARKER));
  t.deepEqual(await list(), ['.env']);
});

for (const args of ['--merge', '--from .env --check', '--from .env --combined', '--from .env --out x.json']) {
  test(`generate ${args}: options that do not go together`, async (t) => {
    t.is((await (await workshop(t)).jetlock(args)).code, 64);
  });
}
