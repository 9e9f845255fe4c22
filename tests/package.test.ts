/** What users have of the package: its size, its types, and the programs of the README and the examples, from a packed tarball. */
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { writeServiceIdentity } from '../client/credential.ts';
import { startTestService } from '../client/testing/mod.ts';
import { Redacted } from '../crypto/redacted.ts';
import { ServiceName, sure } from '../events/vocabulary.ts';
import { ROOT } from './support/bundle.ts';
import { launchChromium } from './support/chromium/launch.ts';
import { act, button, confirmed, provided } from './support/console-pages.ts';
import { bundler, compiled, nodenext } from './support/programs.ts';
import { until } from './support/latch.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { newProject, runIn } from './support/packed.ts';
import { seat } from './support/people.ts';
import { eventually } from './support/poll.ts';
import { recordingProxy } from './support/recording-proxy.ts';
import { codeOf, stepsOf } from './support/steps.ts';
import { bundledApp, GUIDE, PARTS, shopPages } from './support/vue-app.ts';

const LIMIT_MS = 60_000;
const [PASSWORD, RECEIPT_KEY] = ['prod/shop/DB_PASSWORD', 'prod/shop/RECEIPT_KEY'] as const;

const [project, jetlock] = await Promise.all([newProject(), startTestService({ secrets: { [PASSWORD]: 'first', [RECEIPT_KEY]: 'first' } })]);
const { folder, env } = project;
const inProject = (...names: ReadonlyArray<string>): string => join(folder, ...names);

const known = () => {
  const { nats, identity, servicePublicKey } = jetlock.clientOptions;
  if (typeof identity === 'string' || typeof servicePublicKey !== 'string' || !('servers' in nats)) throw new Error('not as expected');
  return { natsUrl: String(nats.servers), nkey: nats.nkey, servicePublicKey, service: sure(ServiceName, identity.service), token: new Redacted(identity.token) };
};

/** What the deployment of a program tells it. */
const deployment = (): NodeJS.ProcessEnv => {
  const { natsUrl, nkey, servicePublicKey, service, token } = known();
  const file = inProject('identity.json');
  if (!existsSync(file)) orThrow(writeServiceIdentity(file, { service, kind: 'token', token }));
  return { ...env, JETLOCK_NATS: natsUrl, JETLOCK_NKEY: nkey, JETLOCK_IDENTITY: file, JETLOCK_SIGNING_KEY: servicePublicKey };
};

/** What `jetlock dev` and `jetlock register` leave in the folder of a program; nothing else tells it anything. */
const besideDev = (): NodeJS.ProcessEnv => {
  const { natsUrl, nkey, servicePublicKey, service, token } = known();
  mkdirSync(inProject('.jetlock/services'), { recursive: true });
  const dev = { natsUrl, publicKey: servicePublicKey, natsIdentities: { client: nkey } };
  writeFileSync(inProject('.jetlock/dev.json'), JSON.stringify(dev), { mode: 0o600 });
  for (const file of ['billing', 'receipts'].map((name) => inProject(`.jetlock/services/${name}.json`)))
    if (!existsSync(file)) orThrow(writeServiceIdentity(file, { service, kind: 'token', token }));
  return { ...env, JETLOCK_NATS_SERVER: undefined };
};

/** Starts a program, which ends with the test; gives one line after the other of what it prints. */
const started = (t: ExecutionContext, program: string, environment: NodeJS.ProcessEnv) => {
  const child = spawn(process.execPath, [program], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, line: async () => String((await until(lines.next(), LIMIT_MS, 'a line')).value) };
};

const PROGRAM = `
import { createSecretsClient, readNamespace, type SecretsClient } from 'jetlock/client';
import { fakeSecrets, startTestService } from 'jetlock/testing';

const schema = {
  type: 'object',
  properties: { URL: { type: 'string' }, KEY: { type: 'string', path: 'other/KEY' }, PORT: { type: 'string', default: '80' } },
  required: ['URL'],
} as const;

const use = async (secrets: SecretsClient<typeof schema>): Promise<string> => {
  const url: string = await secrets.getSecret('URL');
  // @ts-expect-error: it is not required, so it may be undefined
  const key: string = await secrets.getSecret('KEY');
  const port: string = await secrets.getSecret('PORT');
  // @ts-expect-error: there is no such key
  const wrong = secrets.getSecret('URI').catch((error: Error) => error.message);
  // @ts-expect-error: a value is no number
  const number: number = url;
  return [number, key, port, await wrong].join(' ');
};

// Both ways compile, also with a fetch of one's own; neither gets anywhere.
const key = { accessKey: 'none', servicePublicKey: 'none' };
for (const at of [{ url: 'http://127.0.0.1:1', fetch }, { nats: { servers: 'nats://127.0.0.1:1' } }])
  await readNamespace({ ...at, ...key }).then((found) => found.get('KEY')?.value.reveal().length, (error: Error) => error.name);

console.log(await use(fakeSecrets({ URL: 'fake' }, { schema })));
const jetlock = await startTestService({ secrets: { 'shop/URL': 'real', 'other/KEY': 'key' } });
const secrets = createSecretsClient(schema, jetlock.clientOptions);
console.log(await use(secrets));
await secrets.close();
await jetlock.stop();
`;

const APP = `
import { createJetlock, SecretForm, SecretsTable, useDecisions, useInbox } from 'jetlock/vue';
import { createApp, h } from 'vue';

const Inbox = () => {
  const { data } = useInbox();
  const { credential } = useDecisions();
  const decide = () => data.value?.items.map((card) => card.kind === 'credential' && credential({ operation: 'service.approve', service: card.service, fingerprint: card.fingerprint, seen: card.seq }));
  // @ts-expect-error: a value is in no answer
  const value: string | undefined = data.value?.items[0]?.value;
  return [h('button', { onClick: decide }, value), h(SecretsTable, { prefix: 'prod/', onOpen: (path: string) => console.log(path) }), h(SecretForm, { path: 'prod/shop/KEY', version: 3 })];
};
createApp(Inbox).use(createJetlock({ baseUrl: '/jetlock' })).mount('#app');
`;

/** The TypeScript of the README that a program begins with. */
const [QUICK_START = ''] = /(?<=```ts\n)import \{ createSecretsClient \}[^`]*(?=```)/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];

/** The lines of the README with a real service, in a program that says what they give. */
const [WITH_A_SERVICE = ''] = /(?<=```ts\n)const jetlock = await startTestService[^`]*(?=```)/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
const TESTING = `import { createSecretsClient } from 'jetlock/client';
import { startTestService } from 'jetlock/testing';
${WITH_A_SERVICE.replace('await secrets.close();', "console.log(await secrets.getSecret('DB_PASSWORD'));\nawait secrets.close();")}
`;

await writeFile(inProject('program.ts'), PROGRAM);
await writeFile(inProject('testing.ts'), TESTING);
await writeFile(inProject('app.ts'), APP);
await writeFile(inProject('approvals.ts'), GUIDE);
await writeFile(inProject('parts.ts'), PARTS);
await writeFile(inProject('quick-start.ts'), QUICK_START);
await cp(join(ROOT, 'examples/receipts'), inProject('receipts'), { recursive: true });
await mkdir(inProject('receipts/node_modules'));
await symlink(join(ROOT, 'node_modules/fastify'), inProject('receipts/node_modules/fastify'));
// As a source, so that the compiler looks at all of it, and at nobody else's declarations.
await cp(inProject('node_modules/jetlock/dist/types.d.ts'), inProject('declarations.ts'));
test.after.always(() => jetlock.stop());

test.serial('an installation is one package, with its licences and without the benchmarks', (t) => {
  t.deepEqual(readdirSync(inProject('node_modules')).filter((name) => !name.startsWith('.')), ['jetlock']);
  type Needs = { readonly dependencies?: unknown; readonly peerDependencies?: object };
  const { dependencies, peerDependencies = {} } = JSON.parse(readFileSync(inProject('node_modules/jetlock/package.json'), 'utf8')) as Needs;
  t.is(dependencies, undefined);
  // npm reconciles what is optional too, with all that it may need in turn: vue-query's own lead to Vue 2, and then nothing is installed.
  t.deepEqual(Object.keys(peerDependencies), ['vue']);
  t.true(existsSync(inProject('node_modules/jetlock/dist/THIRD-PARTY-LICENSES.txt')));
  t.false(existsSync(inProject('node_modules/jetlock/dist/bench')));
});

test.serial('strict programs compile, and what is wrong in them is found', (t) => {
  t.deepEqual(compiled(['program.ts', 'quick-start.ts', 'testing.ts', 'receipts/main.ts', 'declarations.ts'].map((name) => inProject(name)), nodenext), []);
  t.deepEqual(compiled([inProject('program.ts')], bundler), []);
});

test.serial('an app in Vue has the parts of the console, and their types', (t) => {
  const [vue, query] = ['vue', '@tanstack/vue-query'].map((name) => [join(ROOT, 'node_modules', name)]);
  const installed = { vue: vue ?? [], '@tanstack/vue-query': query ?? [] };
  t.deepEqual(compiled(['app.ts', 'approvals.ts', 'parts.ts'].map((name) => inProject(name)), { ...bundler, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], paths: installed }), []);
});

/** A service with the installed console, and before it the apps of a shop, with somebody in front of them whom that console has enrolled. */
const shopFront = async (t: ExecutionContext) => {
  const pages = shopPages(await bundledApp(folder, ['approvals', 'parts']));
  const proxy = await recordingProxy(() => service.service().httpUrl, pages);
  t.teardown(proxy.stop);
  const service = await startJetlock({ console: inProject('node_modules/jetlock/dist/console'), origins: [proxy.url] });
  t.teardown(service.stop);
  const { browser, stop } = await launchChromium();
  t.teardown(stop);
  return { proxy, service, alice: await seat(browser, service, service.identity, proxy.url) };
};

test.serial('in an app of somebody else, begun as the guide says, each part shows what there is and does what it is for', async (t) => {
  const { proxy, service, alice } = await shopFront(t);
  const { write, grant } = stepsOf(service);
  const part = (name: string) => alice.page.getByRole('region', { name, exact: true });
  const row = (name: string, text: string | RegExp) => part(name).getByRole('row', { name: text });
  const told = async (line: string): Promise<void> => alice.page.getByRole('list', { name: 'Told' }).getByText(line, { exact: true }).waitFor();

  const [early, shop] = [await service.clientOf('early'), await service.clientOf('shop')];
  await early.register();
  await alice.page.goto(`${proxy.url}/shop/approvals`);
  await confirmed(alice, act(alice.page.getByRole('row', { name: /^early/ }), 'Approve'), 'Approve a credential of early', 'Approve');
  await alice.page.getByText('No credential waits for approval.').waitFor();
  t.like(await early.register(), { status: 'approved' });

  for (const path of ['prod/shop/KEY', 'test/shop/KEY']) await write(path, 'first');
  await alice.page.goto(`${proxy.url}/shop/parts`);
  await row('Secrets', /^prod\/shop\/KEY .*live 1 .*by alice/).waitFor();
  t.is(await row('Secrets', 'test/shop/KEY').count(), 0);
  await button(part('Secrets'), 'prod/shop/KEY').click();
  await told('open prod/shop/KEY');
  await part('Approvals').getByText('Nobody waits.').waitFor();
  await part('Missing').getByText('Every secret that was asked for has a value.').waitFor();

  // What happens from now on is shown by itself.
  await shop.register();
  await confirmed(alice, act(row('Approvals', /^shop/), 'Approve'), 'Approve a credential of shop', 'Approve');
  await told(`decided shop ${shop.fingerprint} is approved`);
  await grant('shop', 'prod/shop/');
  await alice.page.getByRole('list', { name: 'Access' }).getByText('prod/shop/ granted').waitFor();
  t.is(await codeOf(shop.get('prod/shop/NONE')), 'refused');
  await provided(alice, row('Missing', /^prod\/shop\/NONE shop \d+ /).getByRole('button'), 'prod/shop/NONE', 'provided by a part');
  await told('provided prod/shop/NONE');
  await row('Secrets', /^prod\/shop\/NONE .*live 1 /).waitFor();
  await part('Form').getByLabel('Value', { exact: true }).fill('replaced by a part');
  await button(part('Form'), 'Replace').click();
  await told('saved prod/shop/KEY 2');
  await row('Secrets', /^prod\/shop\/KEY .*live 2 /).waitFor();
  t.deepEqual((await shop.get(['prod/shop/NONE', 'prod/shop/KEY'])).map((secret) => secret.text()), ['provided by a part', 'replaced by a part']);
  t.true(proxy.holding(['prod/shop/KEY']).length > 0);
  t.deepEqual([alice.problems, proxy.holding(['provided by a part', 'replaced by a part'])], [[], []]);
});

test.serial('the console is there whole, with nothing that the policy of its page would refuse', (t) => {
  const dist = inProject('node_modules/jetlock/dist');
  const page = readFileSync(join(dist, 'console/index.html'), 'utf8');
  t.deepEqual(page.match(/<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|https?:/g), null);
  const files = [...readdirSync(join(dist, 'console/assets')).map((name) => join('console/assets', name)), ...readdirSync(join(dist, 'vue')).map((name) => join('vue', name))];
  t.false(files.some((name) => name.endsWith('.map')));
  for (const name of files.filter((one) => one.endsWith('.js'))) t.notRegex(readFileSync(join(dist, name), 'utf8'), /\beval\(|new Function\(/, name);
  for (const name of ['mod.js', 'mod.d.ts', 'style.css']) t.true(files.includes(join('vue', name)), name);
  const licences = readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of ['vue-router', '@vue/runtime-core', '@tanstack/query-core', 'idb-keyval']) t.regex(licences, new RegExp(`^${name} \\d`, 'm'));
});

test.serial('a program gets its secrets from a fake and from a real service', async (t) => {
  const said = (await runIn(project, process.execPath, ['program.js'])).split('\n');
  t.regex(said[0] ?? '', /^fake {2}80 that is no key of the schema/);
  t.regex(said[1] ?? '', /^real key 80 that is no key of the schema/);
});

test.serial('the quick start of the README gets a secret and its rotation, as it stands there and beside jetlock dev', async (t) => {
  t.true(QUICK_START.trim().split('\n').length < 10);
  const { line } = started(t, 'quick-start.js', besideDev());
  t.is(await line(), 'got 5 characters');
  await jetlock.set(PASSWORD, 'the second');
  t.is(await line(), 'rotated to 10 characters');
});

test.serial('the lines of the README with a service of a test give its secret and end, as they stand there', async (t) => {
  t.is((await runIn(project, process.execPath, ['testing.js'])).trim(), 'x');
});

test.serial('the example answers with its secret, and with the next one after a rotation', async (t) => {
  t.regex(await runIn(project, 'node_modules/.bin/jetlock', ['generate', '--check', 'receipts']), /secrets\.ts/);
  const { child, line } = started(t, 'receipts/main.js', { ...besideDev(), PORT: '0' });
  const address = await line();
  const isSignedBy = async (key: string) => {
    const { receipt, signature } = (await (await fetch(`${address}/receipts/4711`)).json()) as { readonly receipt: string; readonly signature: string };
    t.is(receipt, 'Order 4711 is paid. Thank you.');
    return signature === createHmac('sha256', key).update(receipt).digest('hex') ? true : undefined;
  };
  t.true(await isSignedBy('first'));
  await jetlock.set(RECEIPT_KEY, 'second');
  t.true(await eventually(() => isSignedBy('second'), LIMIT_MS, 'the new key'));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  t.is(await until(ended, LIMIT_MS, 'its end'), 0);
});

test.serial('the example is who its variables say, where there are any', async (t) => {
  const { line } = started(t, 'receipts/main.js', { ...deployment(), PORT: '0' });
  t.regex(await line(), /^http:/);
});
