/**
 * The whole story on this machine, with the command line as people use it and a real nats-server: `npm run demo`. Each step is
 * checked; the first that is not as it should be ends it with exit code 1.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { natsAlone } from './nats-alone.ts';
import { check, shellIn, Wrong, type Shell } from './run.ts';

type Ready = { readonly ready: boolean; readonly dataDir: string; readonly adminKey: string; readonly natsUrl: string; readonly httpUrl: string };
type Card = { readonly kind: string; readonly service: string; readonly description?: string | null; readonly fingerprint?: string };
type Line = { readonly what: string; readonly outcome: string; readonly at: string; readonly who: { readonly name: string } };

const ENV_FILE = fileURLToPath(new URL('../../examples/shop.env', import.meta.url));
const PASSWORD = 'prod/shop/DATABASE_PASSWORD';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const step = async (title: string, body: () => Promise<void>): Promise<void> => {
  const started = performance.now();
  await body();
  say(`  ok  ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
};

/** A service that is started and answers. */
const startDev = async (shell: Shell) => {
  const child = shell.start('dev --json');
  child.stderr?.pipe(process.stderr);
  const ready = await new Promise<Ready>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(JSON.parse(text) as Ready);
    });
    child.on('close', () => {
      reject(new Wrong('jetlock dev ended before it was ready'));
    });
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      child.once('close', () => {
        resolve();
      });
      child.kill('SIGTERM');
    });
  return { ready, stop };
};

const isPrivate = async (path: string): Promise<boolean> => ((await stat(path)).mode & 0o077) === 0;

const inbox = async (shell: Shell): Promise<ReadonlyArray<Card>> => (await shell.ask<{ items: ReadonlyArray<Card> }>('inbox')).items;

/** Cards come a moment after the refusal that caused them. */
const card = async (shell: Shell, is: (card: Card) => boolean): Promise<Card> => {
  for (let round = 0; round < 20; round += 1) {
    const found = (await inbox(shell)).find(is);
    if (found !== undefined) return found;
  }
  throw new Wrong('a card is missing in the inbox');
};

const values = async (): Promise<ReadonlyArray<string>> =>
  (await readFile(ENV_FILE, 'utf8')).split('\n').flatMap((line) => {
    const value = /^[A-Z_]+=["']?([^"'#]{12,})["']?$/.exec(line)?.[1];
    return value === undefined ? [] : [value];
  });

const firstStart = async (ready: Ready): Promise<void> => {
  check(await isPrivate(join(ready.dataDir, 'data', 'operator-keys.json')), 'the operator key can be read by others');
  check(await isPrivate(ready.adminKey), "the first admin's key can be read by others");
  const health = await fetch(`${ready.httpUrl}/readyz`);
  check(health.status === 200, 'the service is not ready');
};

const imports = async (shell: Shell): Promise<void> => {
  type Imported = { readonly written: unknown; readonly unchanged: unknown };
  const count = (of: unknown): number => (Array.isArray(of) ? of.length : Number(of));
  const first = await shell.ask<Imported>(`secret import ${ENV_FILE} --namespace prod/shop`);
  check(count(first.written) === 40, 'not all 40 keys were written');
  const again = await shell.ask<Imported>(`secret import ${ENV_FILE} --namespace prod/shop`);
  check(count(again.written) === 0 && count(again.unchanged) === 40, 'importing again made new versions');
};

const registersAndIsApproved = async (shell: Shell): Promise<void> => {
  const registered = await shell.ask<{ status: string; fingerprint: string }>('register shop-api --service-version 1.4.2');
  check(registered.status === 'pending_approval', 'the credential does not wait for approval');
  check((await shell.run(`get ${PASSWORD}`)).exit === 75, 'a pending credential is not told so');
  const waiting = await card(shell, ({ kind, service }) => kind === 'credential' && service === 'shop-api');
  check(waiting.fingerprint === registered.fingerprint, 'the admin sees another fingerprint than the service');
  await shell.ask(`service approve shop-api ${registered.fingerprint}`);
};

const isGrantedWhileItWaits = async (shell: Shell): Promise<void> => {
  const refused = await shell.run(`get ${PASSWORD} --description orders-database`);
  check(refused.exit === 77, 'an ungranted path is not refused');
  const waiting = shell.run(`get ${PASSWORD} --wait 20s`);
  const asked = await card(shell, ({ kind }) => kind === 'access');
  check(asked.description === 'orders-database', 'the description that the service sent is not shown');
  await shell.ask('access grant shop-api prod/shop/');
  const got = await waiting;
  check(got.exit === 0 && got.stdout.length > 0, 'the waiting call did not get its value');
  check(!got.stdout.toString().endsWith('\n'), 'a newline was added to the value');
  const { items } = await shell.ask<{ items: ReadonlyArray<{ path: string }> }>('secret list prod/shop/');
  const all = await shell.ask<{ secrets: ReadonlyArray<unknown> }>(`get ${items.map(({ path }) => path).join(' ')}`);
  check(all.secrets.length === 40, 'the grant does not open all forty');
};

const isProvidedWhileItWaits = async (shell: Shell): Promise<void> => {
  const waiting = shell.run('get prod/shop/NEW_API_TOKEN --wait 20s');
  await card(shell, ({ kind }) => kind === 'missing');
  await shell.ask('secret set prod/shop/NEW_API_TOKEN', 'provided-while-it-waited');
  check((await waiting).stdout.toString() === 'provided-while-it-waited', 'the waiting call did not complete');
};

const isRotated = async (shell: Shell): Promise<void> => {
  const before = (await shell.run(`get ${PASSWORD}`)).stdout.toString();
  await shell.ask(`secret set ${PASSWORD}`, 'rotated-pässwörd€🔒');
  check((await shell.run(`get ${PASSWORD}`)).stdout.toString() === 'rotated-pässwörd€🔒', 'the next read has the old version');
  const { items } = await shell.ask<{ items: ReadonlyArray<unknown> }>(`secret history ${PASSWORD}`);
  check(items.length === 2, 'the history does not show both versions');
  await shell.ask(`secret rollback ${PASSWORD} 1`);
  check((await shell.run(`get ${PASSWORD}`)).stdout.toString() === before, 'the rollback did not bring the first value back');
};

const isRevokedAndDeleted = async (shell: Shell): Promise<void> => {
  await shell.ask('access revoke shop-api prod/shop/');
  check((await shell.run(`get ${PASSWORD}`)).exit === 77, 'the read after the revoke is not refused');
  await shell.ask(`secret delete ${PASSWORD}`);
  await shell.ask('access grant shop-api prod/shop/');
  check((await shell.run(`get ${PASSWORD}`)).exit === 77, 'a deleted secret is still given');
  check((await shell.run(`secret rollback ${PASSWORD} 1`)).exit === 66, 'a version of a deleted secret came back');
};

const STORY = ['credential.registered', 'credential.approved', 'access.requested', 'access.granted', 'read', 'secret.written', 'access.revoked', 'secret.deleted'];

const isAudited = async (shell: Shell): Promise<void> => {
  const { lines } = await shell.ask<{ lines: ReadonlyArray<Line> }>('audit log');
  for (const what of STORY) check(lines.some((line) => line.what === what), `the audit log has no ${what}`);
  check(lines.some(({ what, outcome }) => what === 'read' && outcome === 'allowed'), 'no allowed read in the audit log');
  check(lines.some(({ what, outcome }) => what === 'read' && outcome === 'refused'), 'no refused read in the audit log');
  const text = JSON.stringify(lines);
  for (const value of [...(await values()), 'provided-while-it-waited', 'rotated-p']) check(!text.includes(value), 'a value stands in the audit log');
};

const isRebuilt = async (shell: Shell): Promise<void> => {
  check((await shell.ask<{ identical: boolean }>('projections verify')).identical, 'the read models differ from the log');
  check((await shell.ask<{ identical: boolean }>('projections rebuild')).identical, 'the rebuilt read models differ');
};

const story = async (directory: string): Promise<void> => {
  const shell = shellIn(directory);
  say('jetlock: the story, step by step');
  const dev = await startDev(shell);
  try {
    await step('first start: keys made (0600), stream and buckets checked, ready', () => firstStart(dev.ready));
    await step('40 keys imported from a .env; importing again makes no new versions', () => imports(shell));
    await step('a service registers, waits, and is approved by its fingerprint', () => registersAndIsApproved(shell));
    await step('its request stands in the inbox; granted while it waits; one grant opens all forty', () => isGrantedWhileItWaits(shell));
    await step('a path without a value becomes a card; set while it waits', () => isProvidedWhileItWaits(shell));
    await step('rotated, both versions in the history, rolled back', () => isRotated(shell));
    await step('revoked: the very next read is refused; deleted: its key is destroyed', () => isRevokedAndDeleted(shell));
    await step('the audit log shows every step and no value', () => isAudited(shell));
    await step('read models made again are byte-identical', () => isRebuilt(shell));
  } finally {
    await dev.stop();
  }
  await step('the audit log is there while the service is stopped', () =>
    natsAlone(dev.ready.dataDir, async (words) => {
      const { exit, stdout } = await shell.run(`audit log --json ${words}`);
      check(exit === 0, 'the stream cannot be read without the service');
      check((JSON.parse(stdout.toString()) as { lines: ReadonlyArray<unknown> }).lines.length > 50, 'lines are missing');
    }),
  );
};

const main = async (): Promise<number> => {
  const directory = await mkdtemp(join(tmpdir(), 'jetlock-demo-'));
  const started = performance.now();
  try {
    await story(directory);
    say(`done in ${((performance.now() - started) / 1000).toFixed(1)} s. next: npx jetlock dev`);
    return 0;
  } catch (error) {
    say(`  not as it should be: ${error instanceof Wrong ? error.message : String(error)}`);
    return 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

process.exitCode = await main();
