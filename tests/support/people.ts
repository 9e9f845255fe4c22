/** Admins in front of browsers of their own, each with a key that only that browser has. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { runProgram } from '../../cli/program.ts';
import { memoryIo } from '../../cli/memory-io.ts';
import { newAdminIdentity, writeAdminIdentity, type AdminIdentity } from '../../client/credential.ts';
import { AdminName, sure, type Role } from '../../events/vocabulary.ts';
import type { Jetlock } from './jetlock.ts';
import { orThrow } from './or-throw.ts';
import { eventually } from './poll.ts';
import { stepsOf } from './steps.ts';

const LIMIT_MS = 60_000;

export type Person = {
  readonly identity: AdminIdentity;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong in the page, and every request that left for another place, a line each. */
  readonly problems: string[];
};

/** Answers that are part of the story, and those of a service that is just being restarted: the browser writes a line of its own for each, whatever the page makes of them. */
const isAnswer = (text: string): boolean =>
  /^Failed to load resource: (the server responded with a status of (4\d\d|503)|net::ERR_(EMPTY_RESPONSE|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING))/.test(text);

const problemsOf = (page: Page, origin: string): string[] => {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !isAnswer(message.text())) problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => void problems.push(`page: ${String(error)}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) problems.push(`left: ${request.url()}`);
  });
  return problems;
};

/** What `jetlock console` has printed to be opened, while it waits for the browser. */
const offered = async (jetlock: Jetlock, identity: AdminIdentity, url: string) => {
  const file = join(jetlock.dataDir, `${identity.admin}.json`);
  if (!existsSync(file)) orThrow(writeAdminIdentity(file, identity));
  const { io, stdout, stderr } = memoryIo({ directory: jetlock.dataDir, environment: { JETLOCK_NATS: jetlock.nats.url, JETLOCK_IDENTITY: file } });
  const ended = runProgram(['console', '--url', url], io);
  const link = await eventually(() => /http\S+#\S+/.exec(stdout() + stderr())?.[0], LIMIT_MS, 'the link');
  const enrolled = async (): Promise<void> => {
    const code = await ended;
    if (code !== 0) throw new Error(`jetlock console ended with ${code}: ${stderr()}`);
  };
  return { link, enrolled };
};

/** Another admin beside the one that the service began with. */
export const newAdmin = async (jetlock: Jetlock, name: string, role: Role): Promise<AdminIdentity> => {
  const identity = newAdminIdentity({ admin: sure(AdminName, name), ...jetlock.service().identity });
  await stepsOf(jetlock).command({ operation: 'admin.add', admin: identity.admin, key: identity.publicKey, role });
  return identity;
};

/** Sits down at a new browser, and makes it known by the real command line. @param url of the console's service, without a slash at the end */
export const seat = async (browser: Browser, jetlock: Jetlock, identity: AdminIdentity, url: string): Promise<Person> => {
  // Not where the service is: what is shown in UTC is not to be right only where both are the same.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', timezoneId: 'Asia/Kolkata' });
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const problems = problemsOf(page, url);
  const { link, enrolled } = await offered(jetlock, identity, url);
  await page.goto(link);
  await enrolled();
  await page.getByRole('heading', { name: /^Inbox/ }).waitFor();
  return { identity, context, page, problems };
};
