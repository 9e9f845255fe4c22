import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { newSigningKey } from '../crypto/sign.ts';
import { hash, hashBytes } from '../crypto/hash.ts';
import { toBase64, fromBase64 } from '../crypto/bytes.ts';
import { randomBytes } from '../crypto/random.ts';
import { startJetlock } from '../tests/support/jetlock.ts';
import { stepsOf } from '../tests/support/steps.ts';
void createHash, newSigningKey, hashBytes, fromBase64, writeFileSync;
const jetlock = await startJetlock();
const url = jetlock.service().httpUrl;
console.log(url);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
const sit = async (width = 1280, colorScheme: 'light' | 'dark' = 'light') => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  page.on('console', (m) => { if (m.type() !== 'log' && !m.text().includes('404')) console.log('console', m.type(), m.text()); });
  page.on('pageerror', (e) => console.log('pageerror', e.message));
  page.on('response', (r) => { if (r.status() >= 400 && !r.url().includes('/events')) console.log(r.status(), r.request().method(), r.url()); });
  const code = randomBytes(32);
  const id = hash(code);
  await page.goto(`${url}/console/enrol#${toBase64(code)}`);
  for (let i = 0; i < 40; i += 1) {
    const answer = await fetch(`${url}/enrolments/${id}`);
    if (answer.ok) {
      const { key, label } = (await answer.json()) as { key: string; label: string };
      const done = await jetlock.admin.command({ operation: 'admin.key.add', admin: 'alice', key, label } as never)();
      console.log(label, JSON.stringify(done));
      break;
    }
    await new Promise((r) => setTimeout(r, 250));
  }
  await page.getByRole('heading', { name: /^Inbox/ }).waitFor({ timeout: 15000 }).catch(async () => { await page.screenshot({ path: '/tmp/real-fail.png' }); console.log('NO INBOX', page.url()); });
  return page;
};
try {
  const page = await sit();
  await (await import('./.story.ts')).story({ page, jetlock, sit, url, stepsOf });
} catch (e) { console.log("FAILED", String(e).slice(0, 900)); await browser.contexts()[0]!.pages()[0]!.screenshot({ path: "/tmp/real-failed.png" }); } finally {
  await browser.close();
  await jetlock.stop();
  process.exit(0);
}
