/** What an admin does in the pages of the console, by the names that everybody sees or hears. */
import type { Locator } from 'playwright-core';
import type { Person } from './people.ts';
import { eventually } from './poll.ts';

const LIMIT_MS = 60_000;

export const card = ({ page }: Person, title: string | RegExp): Locator => page.getByRole('article', { name: title });
export const button = (inside: Pick<Locator, 'getByRole'>, name: string): Locator => inside.getByRole('button', { name, exact: true });
export const dialog = ({ page }: Person, name: string): Locator => page.getByRole('dialog', { name });
export const gone = (what: Locator): Promise<void> => what.waitFor({ state: 'detached' });
export const titled = ({ page }: Person, title: string): Promise<true> => eventually(async () => ((await page.title()) === title ? true : undefined), LIMIT_MS, `the title ${title}`);

/** By a click in the frame of every page: nothing is loaded anew. */
export const goTo = async ({ page }: Person, name: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
};

/** By a link of the page, whatever heading is there then. */
export const follow = async ({ page }: Person, link: string, heading: string): Promise<void> => {
  await page.getByRole('link', { name: link }).click();
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
};

export const openSecret = async (person: Person, path: string): Promise<void> => {
  await goTo(person, 'Secrets');
  await follow(person, path, path);
};

/** Clicks, and says yes to what is asked then. */
export const confirmed = async (person: Person, opens: Locator, title: string, action: string): Promise<void> => {
  await opens.click();
  await button(dialog(person, title), action).click();
  await gone(dialog(person, title));
};

export const isSignedOut = ({ page }: Person): Promise<void> => page.getByRole('heading', { name: 'Sign in' }).waitFor();

export const hasFocus = (what: Locator): Promise<boolean> => what.evaluate((element) => (element as unknown as { readonly matches: (selector: string) => boolean }).matches(':focus'));
export const takesFocus = (what: Locator, name: string): Promise<true> => eventually(async () => ((await hasFocus(what)) ? true : undefined), LIMIT_MS, `${name} to have the focus`);

/** What a copy of the session's cookie would be. */
export const cookieOf = async ({ context }: Person): Promise<string> => (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
/** What such a copy is worth: the status of asking with it whose session it is. */
export const worth = async (url: string, cookie: string): Promise<number> => (await fetch(`${url}/session`, { headers: { cookie } })).status;

/** Words of somebody who wants more of the page than to be read. */
export const HOSTILE = `<img src=x onerror="fetch('//evil.example/')"><script>document.title='owned'</script> ${'wide'.repeat(40)} ${'שלום '.repeat(10)}`;

/** Of a card: what it lets decide, by the name that says of what. */
export const act = (inside: Locator, verb: string): Locator => inside.getByRole('button', { name: new RegExp(`^${verb} `) });

/** By the tabulator alone, as far as it takes; fails where it is not to be reached so. */
export const tabTo = async ({ page }: Person, what: Locator): Promise<void> => {
  for (let n = 0; n < 60; n += 1) {
    await page.keyboard.press('Tab');
    if (await hasFocus(what)) return;
  }
  throw new Error(`${String(what)} is not reached by Tab`);
};

/** What is made in the page and shown once: the text of the field, which is closed then. */
export const shownOnce = async (asking: Locator, label: string): Promise<string> => {
  await button(asking, 'Make it').click();
  const text = await asking.getByLabel(label, { exact: true }).inputValue();
  await button(asking, 'I have kept it').click();
  await gone(asking);
  return text;
};

/** What can be clicked in the page itself to do something: its buttons, and links that look like one. */
export const buttonsOf = async ({ page }: Person): Promise<ReadonlyArray<string>> => {
  const main = page.getByRole('main');
  const names = [...(await main.ariaSnapshot()).matchAll(/- button "([^"]*)"/g)].map(([, name = '']) => name);
  return [...names, ...(await main.locator('a.jl-button').allInnerTexts())];
};

/** Clicks, types the value into what opens then, and gives it. */
export const provided = async (person: Person, opens: Locator, path: string, value: string): Promise<void> => {
  await opens.click();
  const asking = dialog(person, `Provide ${path}`);
  await asking.getByLabel('Value', { exact: true }).fill(value);
  await button(asking, 'Provide').click();
  await gone(asking);
};

/** By a link of the page: what the browser calls the file, and where it lies. */
export const downloaded = async ({ page }: Person, link: string): Promise<{ readonly name: string; readonly file: string }> => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()]);
  return { name: download.suggestedFilename(), file: await download.path() };
};
