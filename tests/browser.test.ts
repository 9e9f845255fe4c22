/** The console in real browsers, two at once, with a real service waiting: what one admin does the other sees, and what passes by HTTP holds no value. */
import { randomBytes } from 'node:crypto';
import test from 'ava';
import type { Client } from '../client/client.ts';
import { identityFingerprint, newTokenIdentity, type ServiceIdentity } from '../client/credential.ts';
import { createSecretsClient } from '../client/mod.ts';
import { builtConsole } from './support/built-console.ts';
import { launchChromium } from './support/chromium/launch.ts';
import { act, button, card, confirmed, cookieOf, dialog, follow, gone, goTo, HOSTILE, isSignedOut, openSecret, titled, worth } from './support/console-pages.ts';
import { accessKeyStory, inboxByKeys, looks, secretByKeys, tokenStory } from './support/console-stories.ts';
import { startJetlock } from './support/jetlock.ts';
import { latch } from './support/latch.ts';
import { newAdmin, seat, type Person } from './support/people.ts';
import { recordingProxy } from './support/recording-proxy.ts';
import { codeOf, serviceOf, stepsOf } from './support/steps.ts';

const LIMIT_MS = 60_000;
const proxy = await recordingProxy(() => jetlock.service().httpUrl);
const [jetlock, { browser, stop }] = await Promise.all([builtConsole().then((folder) => startJetlock({ console: folder, origins: [proxy.url] })), launchChromium()]);
const alice = await seat(browser, jetlock, jetlock.identity, proxy.url);
const bob = await seat(browser, jetlock, await newAdmin(jetlock, 'bob', 'admin'), proxy.url);

const SERVICE = 'shop-api';
const PATH = 'prod/shop/DB_PASSWORD';
const identity = newTokenIdentity(serviceOf(SERVICE));
const token = identity.kind === 'token' ? identity.token.reveal() : '';
const secrets = createSecretsClient(
  { DB_PASSWORD: 'to reach the orders' },
  { namespace: 'prod/shop', nats: { servers: jetlock.nats.url }, identity: { service: SERVICE, token }, servicePublicKey: jetlock.identity.servicePublicKey },
);
test.after.always(async () => {
  await secrets.close();
  await stop();
  await proxy.stop();
  await jetlock.stop();
});

/** In every value: letters and digits alone, which stay as they are however the text around them is written. */
const CANARY = `canary${randomBytes(16).toString('hex')}`;
const valueOf = (n: number): string => `"ü" \\ + / & <b>${CANARY}</b> ${n}`;
const STRIPE = 'prod/shop/STRIPE_KEY';
const SECRETS: Array<string | Uint8Array> = [CANARY, token, Buffer.from(token.slice(4), 'base64url')];

const all = (work: (person: Person) => Promise<unknown>): Promise<unknown> => Promise.all([alice, bob].map(work));
const withClient = async <A>(name: string, work: (client: Client) => Promise<A>, own?: ServiceIdentity): Promise<A> => {
  const client = await jetlock.clientOf(name, own);
  return work(client).finally(() => client.close());
};
const asked = (): Promise<string> => withClient(SERVICE, (client) => codeOf(client.get(PATH)), identity);

const LET_IN = `${SERVICE} asks to be let in`;
const READ = `${SERVICE} asks to read ${PATH}`;

test.serial('where there is nothing yet, each page says so, and what comes next', async (t) => {
  for (const [name, words] of [['Secrets', 'There are no secrets yet.'], ['Namespaces', 'There are none yet.'], ['Services', 'No service has registered yet'], ['Inbox', 'Nothing waits.']] as const) {
    await goTo(bob, name);
    await bob.page.getByText(words).waitFor();
  }
  t.pass();
});

test.serial('a new credential is a card in both browsers, and gone from both once one has approved it', async (t) => {
  await looks(t, alice, 'inbox-empty');
  for (const path of [STRIPE, 'staging/shop/DB_PASSWORD', 'staging/mail/KEY']) await stepsOf(jetlock).write(path, valueOf(0));
  const { fingerprint } = await withClient(SERVICE, (client) => client.register(), identity);
  await all((person) => card(person, LET_IN).waitFor());
  await all((person) => titled(person, '(1) Inbox · Jetlock'));
  t.true((await card(bob, LET_IN).innerText()).replaceAll(/\s/g, '').includes(fingerprint.replaceAll(/\s/g, '')));
  await act(card(alice, LET_IN), 'Approve').click();
  await all((person) => gone(card(person, LET_IN)));
  await all((person) => titled(person, 'Inbox · Jetlock'));
});

test.serial('a service that waits for a missing secret has it as soon as it is provided and approved', async (t) => {
  const waiting = secrets.waitFor('DB_PASSWORD', { timeoutMs: 60_000 });
  await all((person) => card(person, READ).waitFor());
  const mine = card(alice, READ);
  t.regex((await mine.innerText()).replaceAll(/\s/g, ''), new RegExp(`Clienttest1\\.0\\.0Fingerprint${identityFingerprint(identity)}.*toreachtheorders`));
  await looks(t, bob, 'inbox');
  await act(mine, 'Provide value').click();
  const asking = dialog(alice, `Provide ${PATH}`);
  await asking.getByLabel('Value', { exact: true }).fill(valueOf(1));
  await looks(t, alice, 'provide');
  await button(asking, 'Provide').click();
  await gone(asking);
  const clicked = performance.now();
  await act(mine, 'Approve').click();
  t.is(await waiting, valueOf(1));
  t.log(`${Math.round(performance.now() - clicked)} ms from the click to the value`);
  await all((person) => gone(card(person, READ)));
});

test.serial('what is rotated in a browser arrives in the program, and the other browser sees it', async (t) => {
  const changed = latch<string>(LIMIT_MS, 'the new value');
  const end = secrets.onChange('DB_PASSWORD', (value) => changed.open(value));
  await all((person) => openSecret(person, PATH));
  await button(alice.page, 'New version').click();
  const asking = dialog(alice, `New version of ${PATH}`);
  await asking.getByLabel('Value', { exact: true }).fill(valueOf(2));
  const clicked = performance.now();
  await button(asking, 'Save').click();
  t.is(await changed.opened(), valueOf(2));
  t.log(`${Math.round(performance.now() - clicked)} ms from the click to the rotated value`);
  end();
  await bob.page.getByRole('table', { name: 'History' }).getByRole('row', { name: /^2 .*alice.*current/ }).waitFor();
  await looks(t, bob, 'secret');
});

test.serial('what is disabled or revoked is refused with the very next read; what is deleted is gone for everybody', async (t) => {
  t.is(await asked(), 'answered');
  await confirmed(alice, button(alice.page, 'Disable'), `Disable ${PATH}`, 'Disable');
  t.is(await asked(), 'refused');
  await confirmed(bob, button(bob.page, 'Enable'), `Enable ${PATH}`, 'Enable');
  t.is(await asked(), 'answered');
  await confirmed(bob, button(bob.page, `Revoke ${PATH} from ${SERVICE}`), `Revoke ${PATH}`, 'Revoke');
  t.is(await asked(), 'refused');
  await button(alice.page, 'Delete').click();
  const asking = dialog(alice, `Delete ${PATH}`);
  t.true(await button(asking, 'Delete for ever').isDisabled());
  await asking.getByLabel(`Type ${PATH} to confirm`).fill(PATH);
  await button(asking, 'Delete for ever').click();
  await gone(asking);
  await button(bob.page, 'Provide value').waitFor();
});

test.serial('the audit log shows it all, and goes on by itself', async (t) => {
  await goTo(bob, 'Audit');
  const lines = bob.page.getByRole('table', { name: 'Audit log, the newest first' });
  for (const what of ['secret.deleted', 'access.revoked', 'secret.enabled', 'secret.disabled', 'secret.written', 'access.granted', 'credential.approved'])
    await lines.getByRole('row', { name: new RegExp(`${what.replace('.', '\\.')} .*(alice|bob)`) }).first().waitFor();
  const before = await lines.getByRole('row').count();
  await withClient('newcomer', (client) => client.register());
  await lines.getByRole('row', { name: /credential\.registered .*newcomer/ }).waitFor();
  t.true((await lines.getByRole('row').count()) > before);
  await looks(t, bob, 'audit');
});

test.serial('by the keyboard alone: from anywhere to the inbox, along the cards, and approved; searched, opened, disabled and enabled', async (t) => {
  await inboxByKeys(t, alice);
  await secretByKeys(t, alice, STRIPE);
});

test.serial('access keys and API tokens are made in the browser, shown once, let in, and do not any more', async (t) => {
  const statusOf = async (path: string, headers: Readonly<Record<string, string>>) => (await fetch(`${jetlock.service().httpUrl}${path}`, { headers })).status;
  SECRETS.push(await accessKeyStory(t, { alice, bob }, statusOf), await tokenStory(t, alice, statusOf));
});

test.serial('every page looks right, wide and narrow, light and dark, and can be used by everybody', async (t) => {
  for (const name of ['Secrets', 'Services', 'Health']) {
    await goTo(alice, name);
    await looks(t, alice, name.toLowerCase());
  }
  await follow(alice, 'alice', 'Account');
  await looks(t, alice, 'account');
  await goTo(alice, 'Secrets');
  await follow(alice, 'New secret', 'New secret');
  await looks(t, alice, 'new-secret');
  await goTo(alice, 'Services');
  await follow(alice, SERVICE, SERVICE);
  await looks(t, alice, 'service');
});

test.serial('a value that is not what a service expects is a card that can be put away, and is not forgotten', async (t) => {
  await withClient(SERVICE, (client) => codeOf(client.get(STRIPE, { format: 'uri' })), identity);
  await stepsOf(jetlock).write(STRIPE, 'no address');
  const title = `${STRIPE} is not what ${SERVICE} expects`;
  await all((person) => goTo(person, 'Inbox'));
  await all((person) => card(person, title).waitFor());
  await act(card(bob, title), 'Hide').click();
  await gone(card(bob, title));
  await bob.page.reload();
  await button(bob.page, 'Show it again').waitFor();
  t.deepEqual([await card(bob, title).count(), await card(alice, title).count()], [0, 1]);
  await button(bob.page, 'Show it again').click();
  await card(bob, title).waitFor();
});

test.serial('a key of the service is replaced from its page, and programs go on', async (t) => {
  await goTo(alice, 'Health');
  await confirmed(alice, button(alice.page, 'Replace the box key'), 'Replace the box key', 'Replace');
  await alice.page.getByText('The box key is being replaced').waitFor();
  t.is(await withClient(SERVICE, (client) => codeOf(client.get(STRIPE)), identity), 'refused');
});

test.serial('two decide the same card at once: it is decided once, and the other is told so; what stands on it is text alone', async (t) => {
  await all((person) => goTo(person, 'Inbox'));
  await withClient(SERVICE, (client) => codeOf(client.get('prod/shop/HOSTILE', { description: HOSTILE })), identity);
  const title = `${SERVICE} asks to read prod/shop/HOSTILE`;
  await all((person) => card(person, title).waitFor());
  t.true((await card(bob, title).innerText()).includes(HOSTILE.slice(0, 40)));
  await looks(t, bob, 'hostile');
  // What bob has clicked is held up until alice's decision stands.
  const decided = latch(LIMIT_MS, 'the decision of alice');
  const held = latch(LIMIT_MS, 'the click of bob');
  const decisions = (url: URL): boolean => url.pathname.startsWith('/access-requests');
  await bob.page.route(decisions, async (route) => {
    held.open();
    await decided.opened();
    await route.continue();
  });
  await act(card(bob, title), 'Approve').click();
  await held.opened();
  await confirmed(alice, act(card(alice, title), 'Deny'), `Deny: ${title}`, 'Deny');
  await all((person) => gone(card(person, title)));
  decided.open();
  await bob.page.getByText(`${title}: `).waitFor();
  t.log(await bob.page.getByText(`${title}: `).innerText());
  await bob.page.unroute(decisions);
  t.is(await withClient(SERVICE, (client) => codeOf(client.get('prod/shop/HOSTILE')), identity), 'refused');
});

test.serial('a session that has ended is signed in again without a click being lost', async (t) => {
  await withClient('late', (client) => client.register());
  const late = card(alice, 'late asks to be let in');
  await late.waitFor();
  await alice.context.clearCookies();
  await act(late, 'Approve').click();
  await gone(late);
  t.is(await alice.page.getByRole('heading', { level: 1 }).innerText().then((text) => text.slice(0, 5)), 'Inbox');
});

test.serial('while the service is restarted the console waits for it, and then has caught up', async (t) => {
  await jetlock.stopService();
  await alice.page.getByText(/^Not live/).waitFor();
  // What she has not looked at before has nothing to show.
  for (const name of ['Inbox', 'Audit', 'Services', 'Namespaces', 'Health', 'Secrets']) {
    await goTo(alice, name);
    await alice.page.getByText(name === 'Audit' ? 'the service does not answer' : /^As of .* UTC:/).first().waitFor();
  }
  await looks(t, alice, 'no-answer');
  await follow(alice, 'staging/mail/KEY', 'staging/mail/KEY');
  await alice.page.getByText('the service does not answer').waitFor();
  await jetlock.restart();
  await alice.page.getByRole('table', { name: 'History' }).waitFor();
  await goTo(alice, 'Inbox');
  await withClient('after-restart', (client) => client.register());
  await all((person) => card(person, 'after-restart asks to be let in').waitFor());
  await alice.page.getByText('Live', { exact: true }).waitFor();
  await t.notThrowsAsync(gone(alice.page.getByText(/^As of/).first()));
});

test.serial('who logs out is out, and whoever is logged out everywhere too', async (t) => {
  const elsewhere = await seat(browser, jetlock, jetlock.identity, proxy.url);
  const cookies = await Promise.all([alice, elsewhere, bob].map(cookieOf));
  const counts = () => Promise.all(cookies.map((cookie) => worth(proxy.url, cookie)));
  t.deepEqual(await counts(), [200, 200, 200]);
  await follow(alice, 'alice', 'Account');
  await confirmed(alice, button(alice.page, 'Log out everywhere'), 'Log out everywhere', 'Log out everywhere');
  await Promise.all([alice, elsewhere].map(isSignedOut));
  t.deepEqual(await counts(), [401, 401, 200]);
  await elsewhere.page.reload();
  await looks(t, elsewhere, 'sign-in');
  await button(elsewhere.page, 'Sign in as alice').click();
  await goTo(elsewhere, 'Secrets');
  await follow(bob, 'bob', 'Account');
  await button(bob.page, 'Log out').click();
  await isSignedOut(bob);
  t.deepEqual(await counts(), [401, 401, 401]);
  // Without a key, and behind a link that nobody waits for any more.
  await follow(elsewhere, 'alice', 'Account');
  await confirmed(elsewhere, button(elsewhere.page, 'Forget this browser'), 'Forget this browser', 'Forget');
  await elsewhere.page.getByRole('heading', { name: 'Enrol this browser' }).waitFor();
  await looks(t, elsewhere, 'sign-in-unknown');
  await elsewhere.page.goto(`${proxy.url}/console/enrol#${randomBytes(32).toString('base64url')}`);
  await elsewhere.page.getByText('Its fingerprint').waitFor();
  await looks(t, elsewhere, 'enrol');
});

test.serial('no value and no token has passed by HTTP in either direction, nothing left for another place, and no page had anything to complain about', async (t) => {
  t.deepEqual([alice.problems, bob.problems], [[], []]);
  // It would have been found.
  const planted = randomBytes(24);
  await fetch(`${proxy.url}/get`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ box: `x${planted.toString('base64url')}` }) });
  t.deepEqual(proxy.holding([planted]), ['POST /get']);
  t.true(proxy.exchanges.length > 100 && proxy.holding([PATH]).length > 10);
  t.deepEqual(proxy.holding(SECRETS), []);
});
