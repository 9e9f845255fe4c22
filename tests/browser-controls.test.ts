/** The controls of the console, one after the other: what is chosen and typed in a page is what the service has done afterwards. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import type { Locator } from 'playwright-core';
import { newTokenIdentity } from '../client/credential.ts';
import type { AuditEntry } from '../protocol/pages.ts';
import { TERMS } from '../web/format/grant.ts';
import { builtConsole } from './support/built-console.ts';
import { launchChromium } from './support/chromium/launch.ts';
import { act, button, buttonsOf, card, confirmed, dialog, downloaded, follow, gone, goTo, openSecret, provided } from './support/console-pages.ts';
import { looks, offered } from './support/console-stories.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { newAdmin, seat, type Person } from './support/people.ts';
import { eventually } from './support/poll.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from './support/steps.ts';

const LIMIT_MS = 60_000;
const [jetlock, { browser, stop }] = await Promise.all([builtConsole().then((folder) => startJetlock({ console: folder })), launchChromium()]);
const seated = async (identity = jetlock.identity): Promise<Person> => seat(browser, jetlock, identity, jetlock.service().httpUrl);
const alice = await seated();
const { write, approved, grant } = stepsOf(jetlock);

const SERVICE = 'shop-api';
const identity = newTokenIdentity(serviceOf(SERVICE));
const client = await approved(SERVICE, identity);
test.after.always(async () => {
  await stop();
  await jetlock.stop();
});

const textOf = async (path: string): Promise<string> => (await client.get(path)).text();
const accessTo = async (target: string) => orThrow(await jetlock.admin.list('access.list', { service: serviceOf(SERVICE) })()).items.find((one) => one.target === target);
const secretAt = async (path: string) => orThrow(await jetlock.admin.query('secret.show', { path: pathOf(path) })()).secret;
const readsCard = (path: string): Locator => card(alice, `${SERVICE} asks to read ${path}`);
const isAsked = async (path: string): Promise<string> => codeOf(client.get(path));

const HOUR_MS = 3_600_000;
/** What each choice on a card means, in milliseconds; null: for ever. */
const LASTS: Readonly<Record<(typeof TERMS)[number]['id'], number | null>> = { always: null, '1h': HOUR_MS, '8h': 8 * HOUR_MS, '7d': 168 * HOUR_MS, '30d': 720 * HOUR_MS, once: null };

test.serial('a request is approved for as long as was chosen on its card, and no longer', async (t) => {
  for (const { id, label } of TERMS) {
    const path = `terms/${id}/KEY`;
    await write(path, id);
    t.is(await isAsked(path), 'refused');
    await readsCard(path).getByLabel('For how long').selectOption({ label });
    await readsCard(path).getByLabel('Reason').fill(`asked for ${id}`);
    await act(readsCard(path), 'Approve').click();
    await gone(readsCard(path));
    const { decidedAt, until, ...access } = (await accessTo(path))!;
    t.like(access, { status: 'granted', once: id === 'once', spent: false, reason: `asked for ${id}`, decidedBy: 'alice' });
    t.is(until === null ? null : until - decidedAt!, LASTS[id], label);
    t.is(await textOf(path), id);
  }
  t.deepEqual([await isAsked('terms/always/KEY'), await isAsked('terms/once/KEY')], ['answered', 'refused']);
});

test.serial('what is asked for may be given with all that stands beside it, for as long as was chosen', async (t) => {
  for (const name of ['KEY', 'OTHER', 'THIRD']) await write(`whole/shop/${name}`, name);
  for (const name of ['KEY', 'OTHER']) t.is(await isAsked(`whole/shop/${name}`), 'refused');
  const asked = readsCard('whole/shop/KEY');
  await asked.getByLabel(`What ${SERVICE} may read`).selectOption({ label: 'All of whole/shop/' });
  await asked.getByLabel('For how long').selectOption({ label: 'For 7 days' });
  await act(asked, 'Approve').click();
  await gone(asked);
  const { decidedAt, until, ...access } = (await accessTo('whole/shop/'))!;
  t.like(access, { status: 'granted', once: false, decidedBy: 'alice' });
  t.is(until! - decidedAt!, 168 * HOUR_MS);
  t.deepEqual(await Promise.all(['KEY', 'OTHER', 'THIRD'].map((name) => textOf(`whole/shop/${name}`))), ['KEY', 'OTHER', 'THIRD']);
  // What was asked for beside it is answered by that as well.
  await gone(readsCard('whole/shop/OTHER'));
});

test.serial('a value that is missing is provided on its card, and in the table of those that are', async (t) => {
  const [onCard, inTable] = ['whole/shop/ON_CARD', 'whole/shop/IN_TABLE'] as const;
  for (const path of [onCard, inTable]) t.is(await codeOf(client.get(path, { description: 'to send letters' })), 'refused');
  const missing = card(alice, `${onCard} has no value`);
  await provided(alice, act(missing, 'Provide value'), onCard, 'by card');
  await gone(missing);
  await goTo(alice, 'Secrets');
  const row = alice.page.getByRole('table', { name: 'Missing secrets' }).getByRole('row', { name: inTable });
  t.regex(await row.innerText(), /shop-api\s+\d+\s[^]*to send letters/);
  await provided(alice, row.getByRole('button'), inTable, 'by table');
  await gone(row);
  t.deepEqual([await textOf(onCard), await textOf(inTable)], ['by card', 'by table']);
  await alice.page.getByText('Every secret that was asked for has a value.').waitFor();
});

test.serial('a new secret is saved as it was typed, once its path is one', async (t) => {
  const path = 'whole/shop/NEW';
  await goTo(alice, 'Secrets');
  await follow(alice, 'New secret', 'New secret');
  const main = alice.page.getByRole('main');
  await main.getByLabel('Path').fill('NEW');
  await main.getByLabel('Value', { exact: true }).fill(' typed\n');
  t.true(await button(main, 'Save').isDisabled());
  await main.getByLabel('Path').fill(path);
  await main.getByLabel('Description').fill('for the new shop');
  await button(main, 'Save').click();
  await alice.page.getByRole('heading', { level: 1, name: path }).waitFor();
  t.like(await secretAt(path), { status: 'live', version: 1, description: 'for the new shop', updatedBy: 'alice' });
  t.is(await textOf(path), ' typed\n');
});

test.serial('an older version becomes the current one again; what went wrong with another try is not said of this one', async (t) => {
  const path = 'whole/shop/KEY';
  for (const value of ['second', 'third']) await write(path, value);
  await openSecret(alice, path);
  const history = alice.page.getByRole('table', { name: 'History' });
  await history.getByRole('row', { name: /^3 .*current/ }).waitFor();
  t.is(await button(alice.page, 'Roll back to version 3').count(), 0);
  const back = (url: URL): boolean => url.pathname.endsWith('/rollback');
  await alice.page.route(back, (route) => route.fulfill({ status: 409, json: { error: { code: 'changed', message: 'not just now', hint: 'look again', retryable: false, detail: null } } }));
  await button(alice.page, 'Roll back to version 2').click();
  const second = dialog(alice, 'Roll back to version 2');
  await button(second, 'Roll back').click();
  await second.getByRole('alert').waitFor();
  await button(second, 'Cancel').click();
  await alice.page.unroute(back);
  await button(alice.page, 'Roll back to version 1').click();
  const first = dialog(alice, 'Roll back to version 1');
  await first.waitFor();
  t.is(await first.getByRole('alert').count(), 0);
  await button(first, 'Roll back').click();
  await gone(first);
  await history.getByRole('row', { name: /^4 .*alice value of version 1, current/ }).waitFor();
  t.deepEqual([await textOf(path), (await secretAt(path)).version], ['KEY', 4]);
});

test.serial('a credential is revoked on the page of its service, and that one alone', async (t) => {
  const path = 'whole/shop/KEY';
  const leaver = await approved('leaver');
  const stays = await approved('leaver');
  await grant('leaver', path);
  t.is(await codeOf(leaver.get(path)), 'answered');
  await goTo(alice, 'Services');
  await follow(alice, 'leaver', 'leaver');
  await confirmed(alice, button(alice.page, `Revoke leaver ${leaver.fingerprint}`), 'Revoke a credential of leaver', 'Revoke');
  await alice.page.getByRole('table', { name: 'Credentials' }).getByRole('row', { name: /revoked .* by alice/ }).waitFor();
  t.deepEqual([await codeOf(leaver.get(path)), await codeOf(stays.get(path))], ['unauthorized', 'answered']);
});

const lines = alice.page.getByRole('table', { name: 'Audit log, the newest first' }).locator('tbody').getByRole('row');
const seqsShown = (): Promise<ReadonlyArray<number>> => lines.locator('td:first-child .second').allInnerTexts().then((all) => all.map(Number));
const audited = async (filter: Readonly<Record<string, string | number>>): Promise<ReadonlyArray<AuditEntry>> => orThrow(await jetlock.admin.list('audit.list', filter as never)()).items;
const filters = alice.page.getByRole('search', { name: 'Filters' });
const typed = async (label: string, text: string): Promise<void> => {
  await filters.getByLabel(label).fill(text);
  await filters.getByLabel(label).press('Enter');
};
/** Until the page shows what the service has to say of it. */
const isShown = (wanted: ReadonlyArray<{ readonly seq: number }>, what: string) =>
  eventually(async () => ((await seqsShown()).join() === wanted.map(({ seq }) => seq).join() ? true : undefined), LIMIT_MS, `the lines of ${what}`);

test.serial('each filter of the audit log narrows it, alone and with others, and stands in the address', async (t) => {
  await goTo(alice, 'Audit');
  const clear = () => button(filters, 'Clear filters').click();
  for (const [label, option, filter] of [['What', 'Access', { type: 'access.' }], ['Outcome', 'refused', { outcome: 'refused' }]] as const) {
    await filters.getByLabel(label).selectOption({ label: option });
    await isShown(await audited(filter), label);
    await clear();
  }
  for (const [label, filter] of [['Service', { service: 'leaver' }], ['Path or prefix/', { path: 'terms/once/' }], ['Who', { actor: SERVICE }]] as const) {
    await typed(label, Object.values(filter)[0]!);
    await isShown(await audited(filter), label);
    await clear();
  }
  await filters.getByLabel('What').selectOption({ label: 'Reads' });
  await typed('Who', SERVICE);
  await typed('Path or prefix/', 'terms/once/KEY');
  const both = await audited({ type: 'read', actor: SERVICE, path: 'terms/once/KEY' });
  t.true(both.length > 1);
  await isShown(both, 'all of them');
  await alice.page.reload();
  await isShown(both, 'the address');
  await typed('Service', 'nobody-of-that-name');
  await alice.page.getByText('No line fits.').waitFor();
});

test.serial('times are looked for as they are shown, wherever the browser is', async (t) => {
  await button(filters, 'Clear filters').click();
  await typed('Path or prefix/', 'whole/');
  const all = await audited({ path: 'whole/' });
  const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
  const [first, after] = [Date.parse(all.at(-1)!.at), Date.parse(all[0]!.at) + 60_000];
  await typed('To', minute(after));
  await isShown(all, 'everything until now');
  await typed('From', minute(after));
  await alice.page.getByText('No line fits.').waitFor();
  await typed('From', minute(first));
  await isShown(all, 'everything since the first');
  t.is(await lines.first().locator('time').innerText(), all[0]!.at.slice(0, 19).replace('T', ' '));
});

test.serial('what the audit log is narrowed to is what is exported', async (t) => {
  await goTo(alice, 'Inbox');
  await goTo(alice, 'Audit');
  await typed('Path or prefix/', 'whole/');
  await filters.getByLabel('What').selectOption({ label: 'Access' });
  const wanted = await audited({ path: 'whole/', type: 'access.' });
  t.true(wanted.length > 3);
  await isShown(wanted, 'what is exported');
  const asLines = await downloaded(alice, 'Export JSON lines');
  t.is(asLines.name, 'audit.jsonl');
  t.deepEqual((await readFile(asLines.file, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as AuditEntry), [...wanted]);
  const asTable = await downloaded(alice, 'Export CSV');
  t.is(asTable.name, 'audit.csv');
  const [head, ...rows] = (await readFile(asTable.file, 'utf8')).trimEnd().split('\n');
  t.regex(head ?? '', /^seq,entry,at,/);
  t.deepEqual(rows.map((row) => Number(row.split(',')[0])), wanted.map(({ seq }) => seq));
});

test.serial('who only looks is offered no button that decides or writes, on no page, nor by the keyboard; who approves writes nothing', async (t) => {
  t.is(await isAsked('terms/once/KEY'), 'refused');
  t.is(await isAsked('whole/shop/NONE'), 'refused');
  await (await jetlock.clientOf('newcomer')).register();
  const audrey = await seated(await newAdmin(jetlock, 'audrey', 'auditor'));
  const pat = await seated(await newAdmin(jetlock, 'pat', 'approver'));
  for (const title of [`${SERVICE} asks to read terms/once/KEY`, 'whole/shop/NONE has no value', 'newcomer asks to be let in']) await card(audrey, title).waitFor();
  await looks(t, audrey, 'inbox-auditor');
  const sent: string[] = [];
  audrey.page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(request.url());
  });
  for (const key of ['j', 'a', 'd', 'p']) await audrey.page.keyboard.press(key);
  t.is(await audrey.page.getByRole('dialog').count(), 0);
  const pages = { secret: 'whole/shop/KEY', namespace: 'whole/shop', service: SERVICE };
  const hers = await offered(audrey, pages);
  t.deepEqual(Object.values(hers).flat(), []);
  await follow(audrey, 'audrey', 'Account');
  await audrey.page.getByRole('row', { name: /this browser/ }).waitFor();
  t.deepEqual((await buttonsOf(audrey)).filter((name) => !/^(Log out|Log out everywhere|Forget this browser|Remove \S+ of audrey)$/.test(name)), []);
  await audrey.page.goto(`${jetlock.service().httpUrl}/console/secrets/new`);
  await audrey.page.getByText('Your role writes no secrets').waitFor();
  t.deepEqual(await buttonsOf(audrey), []);
  t.deepEqual(sent, []);
  // It would have been found.
  const [his, ours] = [await offered(pat, pages), await offered(alice, pages)];
  t.deepEqual(Object.keys(ours).filter((name) => ours[name]?.length === 0), ['Audit']);
  t.deepEqual(Object.values(his).flat().filter((name) => !/^(Approve|Deny|Revoke|Grant) /.test(name)), []);
  t.deepEqual([his['Inbox']?.length, ours['Inbox']?.length], [4, 5]);
  t.deepEqual([alice, audrey, pat].map(({ problems }) => problems), [[], [], []]);
});
