/** Opens a link in the browser of whoever sits here, if there is one. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Io } from './io.ts';

/** The program that the platform has for it. */
const openerOf = ({ environment }: Io, platform: NodeJS.Platform): ReadonlyArray<string> | undefined => {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['explorer.exe'];
  return (environment['DISPLAY'] ?? environment['WAYLAND_DISPLAY']) === undefined ? undefined : ['xdg-open'];
};

const pageFor = (link: string): string => `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${link}"><title>Jetlock</title>`;

/**
 * The link holds a code, and what a program is started with can be read by everybody on the machine: so it stands in a private
 * page, which leads there. @returns what takes the page away again
 */
export const openBrowser = async (io: Io, link: string, platform: NodeJS.Platform = process.platform): Promise<() => Promise<void>> => {
  const [program, ...words] = (io.stdin.isTTY === true ? openerOf(io, platform) : undefined) ?? [];
  if (program === undefined) return () => Promise.resolve();
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-'));
  const page = join(folder, 'console.html');
  await writeFile(page, pageFor(link), { mode: 0o600, flag: 'wx' });
  const opener = spawn(program, [...words, pathToFileURL(page).href], { detached: true, stdio: 'ignore' });
  // Without one the link is opened by hand.
  opener.on('error', () => undefined);
  opener.unref();
  return () => rm(folder, { recursive: true, force: true });
};
