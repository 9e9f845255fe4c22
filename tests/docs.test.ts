/** The documentation names what there is: a code, an operation or an event that it does not know of would be a promise unkept. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { parse } from 'yaml';
import { reference } from '../cli/reference.ts';
import { httpReference } from '../protocol/http/reference.ts';
import { TABLE } from '../cli/table.ts';
import { commandRoles } from '../events/decide.ts';
import { Event } from '../events/event.ts';
import { propsOf } from '../events/fits.ts';
import { ReplicaCommand } from '../events/command.ts';
import { isRetryable, refusals, type RefusalCode } from '../events/refusal.ts';
import { SealedNamespaceValue } from '../protocol/http/namespaces.ts';
import { queries } from '../protocol/operations.ts';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const protocol = read('docs/reference/protocol.md');

/** What stands between backticks in the first cell of a row. */
const firstCells = protocol.split('\n').flatMap((line) => /^\| (`.*?) \|/.exec(line)?.[1]?.match(/[\w.-]+/g) ?? []);

test('the page about the command line is up to date', (t) => {
  t.is(read('docs/reference/cli.md'), reference(), 'write it again: npx tsx docs/make.ts');
});

test('the page about the HTTP API is up to date', (t) => {
  t.is(read('docs/reference/http.md'), httpReference(), 'write it again: npx tsx docs/make.ts');
});

for (const [code, { message, hint }] of Object.entries(refusals)) {
  test(`the protocol tells the refusal ${code} as it is`, (t) => {
    t.true(protocol.includes(`| \`${code}\` | ${message} | ${hint} | ${isRetryable(code as RefusalCode) ? 'yes' : 'no'} |`));
  });
}

test('the protocol names every operation, event and command of a replica', (t) => {
  const named = new Set(firstCells);
  const names = [...Object.keys(commandRoles), ...Object.keys(queries), ...Event.types.map(({ name }) => name), ...ReplicaCommand.types.map(({ name }) => name)];
  t.deepEqual(names.filter((name) => !named.has(name)), []);
});

for (const page of ['protocol', 'http']) {
  test(`the page ${page} tells what is sealed for a namespace as it is decoded`, (t) => {
    const told = /opens to\s`\{"v":1,("type":"namespace-value"[^}]*)\}`/.exec(read(`docs/reference/${page}.md`));
    const named = [...(told?.[1] ?? '').matchAll(/"([\w-]+)"/g)].map(([, name]) => name).filter((name) => name !== 'namespace-value');
    t.deepEqual(['v', ...named], Object.keys(propsOf(SealedNamespaceValue)));
  });
}

test('every command of the README is one of the table', (t) => {
  const typed = [...read('README.md').matchAll(/(?:npx jetlock|^\s*jetlock|\| jetlock) ((?:[a-z-]+ ?)+)/gm)].map(([, words = '']) => words.trim());
  t.true(typed.length > 10);
  const known = TABLE.map(({ name }) => name);
  t.deepEqual(typed.filter((words) => !known.some((name) => words === name || words.startsWith(`${name} `))), []);
});

/** A group names its noun once: `secret set` `list` stand for two commands. */
const namesOf = (group: string): ReadonlyArray<string> => {
  const names = [...group.matchAll(/`([a-z -]+)`/g)].map(([, name = '']) => name);
  const noun = (names[0] ?? '').split(' ').slice(0, -1);
  return names.map((name, at) => (at === 0 ? name : [...noun, name].join(' ')));
};

test('the README lists every command of the table, and no other', (t) => {
  const section = /^## Commands$([^]*?)^Every command/m.exec(read('README.md'))?.[1] ?? '';
  const listed = section.split('\n').flatMap((line) => line.split(/ · |\|/)).flatMap(namesOf);
  t.deepEqual([...listed].sort(), TABLE.map(({ name }) => name).sort());
});

test('the long run has every test with a long form', (t) => {
  const long = /"test:long": "(.*)"/.exec(read('package.json'))?.[1] ?? '';
  const tests = ['tests', 'services'].flatMap((folder) => readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`));
  const scaled = tests.filter((path) => path.endsWith('.test.ts') && !path.startsWith('tests/long/') && /from '.*\/scale\.ts'/.test(read(path)));
  t.deepEqual(scaled.filter((path) => !long.includes(` ${path}`)), []);
});

/** Pages with the files that they lead to. */
const pages = ['README.md', 'SECURITY.md', ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md')).map((path) => `docs/${path}`)];

for (const page of pages) {
  test(`the links of ${page} lead somewhere`, (t) => {
    const links = [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    t.deepEqual(links.filter((link) => !existsSync(new URL(link, new URL(page, root)))), []);
  });
}

test('the containers run without rights, and their health is asked as the image says', (t) => {
  const compose = parse(read('docker-compose.yml'), { merge: true }) as { readonly services: Readonly<Record<string, { readonly healthcheck: { readonly test: unknown } }>> };
  const hardened = { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };
  for (const service of Object.values(compose.services)) t.like(service, hardened);
  for (const name of ['jetlock', 'init']) t.like(compose.services[name], { user: '65532:65532' });
  t.true(read('Dockerfile').includes(JSON.stringify(compose.services['jetlock']?.healthcheck.test).slice('["CMD",'.length).replaceAll(',"', ', "')));
  t.true(read('docker/nats.conf').includes('sync_interval: always'));
});
