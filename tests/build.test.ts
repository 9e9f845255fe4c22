/** What the bundle is made of. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { build, type Metafile } from 'esbuild';
import { licencesOf, packagesIn } from '../build/licences.ts';
import { bundleOptions, PUBLIC_MODULES } from '../build/options.ts';
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

/** The files that are loaded with an entry point, without those that it loads later if need be. */
const loadedWith = (output: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(output)) return seen;
  seen.add(output);
  for (const { path, kind } of outputs[output]?.imports ?? []) if (kind === 'import-statement' && path in outputs) loadedWith(path, seen);
  return seen;
};

const part = (output: string): Pick<Metafile, 'outputs'> => ({
  outputs: Object.fromEntries([...loadedWith(output)].map((path) => [path, outputs[path]!])),
});

const sourcesIn = (output: string): ReadonlyArray<string> => Object.values(part(output).outputs).flatMap(({ inputs }) => Object.keys(inputs));

test('nothing is asked for that is not in the bundle or part of Node.js', (t) => {
  const outside = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path));
  t.deepEqual([...new Set(outside)].filter((path) => !process.getBuiltinModule(path)), []);
});

test('a program that uses the client loads nothing of the service', (t) => {
  const sources = sourcesIn('dist/client/mod.js');
  t.true(sources.includes('client/connect.ts'));
  t.deepEqual(sources.filter((path) => /^(services|projections|audit|cli)\/|node_modules\/(fastify|@fastify|pino|prom-client)\//.test(path)), []);
  const packages = packagesIn(part('dist/client/mod.js'));
  t.true(packages.length <= 12, packages.join(' '));
});

test('the licence of every package in the bundle is passed on', async (t) => {
  const packages = packagesIn(metafile);
  for (const name of ['fastify', 'pino', 'libsodium', '@nats-io/nats-core']) t.true(packages.includes(`node_modules/${name}`), name);
  const licences = await licencesOf(metafile);
  t.regex(licences, /^fastify \d+\.\d+\.\d+\n=+\n\nMIT License\n/m);
  t.is(licences.match(/^=+$/gm)?.length, packages.length);
  t.true(packages.every((folder) => existsSync(join(ROOT, folder))));
});
