/** What a page looks like, and whether everybody can use it: pictures that the run keeps, and axe's findings. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { ROOT } from './bundle.ts';
import { until } from './latch.ts';

const LIMIT_MS = 60_000;

/** Kept after the run, for people to look at. */
const FOLDER = join(ROOT, 'test-results');
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 375, height: 812 };

/** Of axe's findings those that keep somebody from using the page, a line each. */
const barriers = async (page: Page): Promise<ReadonlyArray<string>> => {
  // By the debugger's door: the policy of the page lets no script in that is not the service's.
  await page.evaluate(axe.source);
  const looking = page.evaluate(() => (globalThis as unknown as { readonly axe: typeof axe }).axe.run({ resultTypes: ['violations'] }));
  const { violations } = await until(looking, LIMIT_MS, 'what axe finds');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
};

/** By how many pixels the page is wider than the window. */
const overhang = (page: Page): Promise<number> => page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

const seen = async (page: Page, name: string, colorScheme: 'light' | 'dark', size: typeof WIDE): Promise<ReadonlyArray<string>> => {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme });
  await page.screenshot({ path: join(FOLDER, `${name}-${size.width}-${colorScheme}.png`), fullPage: true });
  const [found, wider] = [await barriers(page), await overhang(page)];
  return [...found, ...(wider > 0 ? [`${wider} px wider than the window`] : [])].map((line) => `${name} ${size.width} ${colorScheme}: ${line}`);
};

/** Takes pictures of the page as it is, wide and light, narrow and dark; what is wrong with it, a line each. */
export const flaws = async (page: Page, name: string): Promise<ReadonlyArray<string>> => {
  await mkdir(FOLDER, { recursive: true });
  const found = [...(await seen(page, name, 'dark', NARROW)), ...(await seen(page, name, 'light', WIDE))];
  return found;
};
