/** One Chromium for a test file, which asks nobody but the test's own server for anything. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { chromium, type Browser } from 'playwright-core';
import { findChromium } from './find.ts';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // No name but these two is looked up, whatever else a browser would like to know.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export type TestBrowser = { readonly browser: Browser; readonly stop: () => Promise<void> };

/** `const { browser, stop } = await launchChromium(); test.after.always(stop);` */
export const launchChromium = async (): Promise<TestBrowser> => {
  const found = await findChromium({ say: (line) => void process.stderr.write(`${line}\n`) })();
  if (isLeft(found)) throw new Error(found.left);
  const { path, env } = found.right;
  const home = await mkdtemp(join(tmpdir(), 'jetlock-browser-'));
  const browser = await chromium.launch({ executablePath: path, args: ARGS, env: { ...process.env, ...env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home } });
  const stop = async (): Promise<void> => {
    await browser.close();
    await rm(home, { recursive: true, force: true });
  };
  return { browser, stop };
};
