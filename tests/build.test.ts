/** What the bundle is made of. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { build, type Metafile } from 'esbuild';
import { licencesOf, packagesIn } from '../build/licences.ts';
import { bundleOptions, NEVER_LOADED, PUBLIC_MODULES } from '../build/options.ts';
import { ROOT } from './support/bundle.ts';

const { metafile } = await build({
  ...bundleOptions,
  entryPoints: ['cli/main.ts', ...PUBLIC_MODULES],
  absWorkingDir: ROOT,
  outdir: 'dist',
  outbase: '.',
  write: false,
  metafile: true,
  logLevel: 'silent',
});
const { outputs } = metafile;

type Part = Pick<Metafile, 'outputs'>;
type Kinds = ReadonlyArray<Metafile['outputs'][string]['imports'][number]['kind']>;

/** The files that an entry point loads, at once or also later. */
const loadedBy = (output: string, kinds: Kinds, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(output)) return seen;
  seen.add(output);
  for (const { path, kind } of outputs[output]?.imports ?? []) if (kinds.includes(kind) && path in outputs) loadedBy(path, kinds, seen);
  return seen;
};

const part = (output: string, kinds: Kinds): Part => ({
  outputs: Object.fromEntries([...loadedBy(output, kinds)].map((path) => [path, outputs[path]!])),
});

const sourcesOf = (of: Part): ReadonlyArray<string> => Object.values(of.outputs).flatMap(({ inputs }) => Object.keys(inputs));

const ofTheService = (of: Part): ReadonlyArray<string> =>
  sourcesOf(of).filter((path) => /^(services|projections|audit|cli)\/|node_modules\/(fastify|@fastify|pino|prom-client)\//.test(path));

test('nothing is asked for that is not in the bundle, part of Node.js or left out on purpose', (t) => {
  const outside = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path));
  t.deepEqual([...new Set(outside)].filter((path) => !process.getBuiltinModule(path)).sort(), NEVER_LOADED);
});

test('a program that uses the client loads nothing of the service, neither at once nor later', (t) => {
  const client = part('dist/client/mod.js', ['import-statement', 'dynamic-import']);
  t.true(sourcesOf(client).includes('client/secrets.ts'));
  t.deepEqual(ofTheService(client), []);
  const packages = packagesIn(client);
  t.true(packages.length <= 12, packages.join(' '));
});

test('a test that uses a fake client loads nothing of the service', (t) => {
  t.deepEqual(ofTheService(part('dist/client/testing/mod.js', ['import-statement'])), []);
  t.true(ofTheService(part('dist/client/testing/mod.js', ['import-statement', 'dynamic-import'])).includes('services/dev.ts'));
});

test('the licence of every package in the bundle is passed on', async (t) => {
  const packages = packagesIn(metafile);
  for (const name of ['fastify', 'pino', 'libsodium', '@nats-io/nats-core']) t.true(packages.includes(`node_modules/${name}`), name);
  const licences = await licencesOf(packages);
  t.regex(licences, /^fastify \d+\.\d+\.\d+\n=+\n\nMIT License\n/m);
  t.is(licences.match(/^=+$/gm)?.length, packages.length);
  t.true(packages.every((folder) => existsSync(join(ROOT, folder))));
});
