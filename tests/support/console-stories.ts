/** Longer walks through the console, of which the test file has the beginning and the end. */
import type { ExecutionContext } from 'ava';
import { newBoxKey } from '../../crypto/box.ts';
import { act, button, buttonsOf, card, confirmed, dialog, follow, gone, goTo, hasFocus, openSecret, shownOnce, tabTo, takesFocus } from './console-pages.ts';
import { flaws } from './looks.ts';
import type { Person } from './people.ts';
import { eventually } from './poll.ts';

const LIMIT_MS = 60_000;

export const looks = async (t: ExecutionContext, { page }: Person, name: string): Promise<void> => void t.deepEqual(await flaws(page, name), []);

/** From anywhere to the inbox, along the cards, the one of `newcomer` denied almost, and approved. */
export const inboxByKeys = async (t: ExecutionContext, alice: Person): Promise<void> => {
  const { keyboard } = alice.page;
  for (const key of ['g', 'i']) await keyboard.press(key);
  const newcomer = card(alice, 'newcomer asks to be let in');
  await newcomer.waitFor();
  for (let n = await alice.page.getByRole('article').count(); n > 0 && !(await hasFocus(newcomer)); n -= 1) await keyboard.press('j');
  t.true(await hasFocus(newcomer));
  t.regex(await newcomer.ariaSnapshot(), /button "Approve newcomer [-\w]+"[^]*button "Deny newcomer [-\w]+"/);
  await tabTo(alice, act(newcomer, 'Deny'));
  await keyboard.press('Enter');
  await takesFocus(button(dialog(alice, 'Deny: newcomer asks to be let in'), 'Deny'), 'what was asked for');
  await keyboard.press('Escape');
  await takesFocus(act(newcomer, 'Deny'), 'the button, again,');
  await keyboard.press('d');
  await takesFocus(button(dialog(alice, 'Deny: newcomer asks to be let in'), 'Deny'), 'what the key asked for');
  await keyboard.press('Escape');
  await takesFocus(act(newcomer, 'Deny'), 'what had it before');
  await keyboard.press('a');
  await gone(newcomer);
};

/** Searched, opened, disabled and enabled: the focus is never lost. */
export const secretByKeys = async (t: ExecutionContext, alice: Person, path: string): Promise<void> => {
  const { keyboard } = alice.page;
  await keyboard.press('/');
  const search = alice.page.getByRole('searchbox', { name: /^Search all paths/ });
  await takesFocus(search, 'the search');
  await keyboard.type('stripe');
  await eventually(async () => ((await alice.page.getByRole('table', { name: 'Secrets' }).getByRole('link').allInnerTexts()).join() === path ? true : undefined), LIMIT_MS, 'the search');
  await tabTo(alice, alice.page.getByRole('link', { name: path }));
  await keyboard.press('Enter');
  await takesFocus(alice.page.getByRole('main'), 'the page of the secret');
  await tabTo(alice, button(alice.page, 'Disable'));
  for (const [now, next] of [['Disable', 'Enable'], ['Enable', 'Disable']] as const) {
    await keyboard.press('Enter');
    await takesFocus(button(dialog(alice, `${now} ${path}`), now), 'the answer');
    await keyboard.press('Enter');
    await takesFocus(button(alice.page, next), 'what takes the place of the button');
  }
  t.regex(await alice.page.getByRole('banner').getByRole('status').filter({ hasText: 'is enabled' }).ariaSnapshot(), /is enabled/);
};

type Two = { readonly alice: Person; readonly bob: Person };
type Asking = (path: string, headers: Readonly<Record<string, string>>) => Promise<number>;

/** Made in one browser, seen and revoked in the other. @returns what was shown once */
export const accessKeyStory = async (t: ExecutionContext, { alice, bob }: Two, statusOf: Asking): Promise<string> => {
  for (const person of [alice, bob]) {
    await goTo(person, 'Namespaces');
    if (person === alice) await looks(t, alice, 'namespaces');
    await follow(person, 'staging/mail', 'staging/mail');
  }
  await button(alice.page, 'New access key').click();
  const accessKey = await shownOnce(dialog(alice, 'New access key of staging/mail'), 'Access key');
  const read = () => statusOf('/namespace', { 'jetlock-access-key': accessKey, 'recipient-key': newBoxKey().publicKey });
  t.is(await read(), 200);
  await bob.page.getByRole('row', { name: /valid/ }).waitFor();
  await looks(t, bob, 'namespace');
  await confirmed(bob, bob.page.getByRole('button', { name: /^Revoke the access key/ }), 'Revoke an access key of staging/mail', 'Revoke');
  t.is(await read(), 401);
  await alice.page.getByRole('row', { name: /revoked/ }).waitFor();
  return accessKey;
};

/** @returns what was shown once */
export const tokenStory = async (t: ExecutionContext, alice: Person, statusOf: Asking): Promise<string> => {
  await follow(alice, 'alice', 'Account');
  await button(alice.page, 'New API token').click();
  const asking = dialog(alice, 'New API token');
  await asking.getByLabel('Name').fill('ci');
  await looks(t, alice, 'new-token');
  const apiToken = await shownOnce(asking, 'Token ci');
  const list = () => statusOf('/secrets', { authorization: `Bearer ${apiToken}` });
  t.is(await list(), 200);
  await confirmed(alice, button(alice.page, 'Revoke ci'), 'Revoke the token ci', 'Revoke');
  t.is(await list(), 401);
  return apiToken;
};

type Pages = { readonly secret: string; readonly namespace: string; readonly service: string };

/** Of buttons: what only chooses what is to be looked at. */
const LOOKS = /^All$|\/$|^Show |^Export /;

/** What there is on each page to click, as its buttons and what looks like one are called, where that does more than to look. */
export const offered = async (person: Person, { secret, namespace, service }: Pages): Promise<Readonly<Record<string, ReadonlyArray<string>>>> => {
  const found: Record<string, ReadonlyArray<string>> = {};
  const look = async (name: string): Promise<void> => void (found[name] = (await buttonsOf(person)).filter((one) => !LOOKS.test(one)));
  for (const name of ['Inbox', 'Secrets', 'Namespaces', 'Services', 'Audit', 'Health']) {
    await goTo(person, name);
    await gone(person.page.getByText(/: loading$/).first());
    await look(name);
  }
  await openSecret(person, secret);
  await person.page.getByRole('table', { name: 'History' }).waitFor();
  await look('secret');
  for (const [page, name] of [['Namespaces', namespace], ['Services', service]] as const) {
    await goTo(person, page);
    await follow(person, name, name);
    await gone(person.page.getByText(/: loading$/).first());
    await look(name);
  }
  return found;
};
