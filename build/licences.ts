/** The licences of the packages in the bundle: who passes it on passes them on. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

type Manifest = { readonly name: string; readonly version: string; readonly license?: string; readonly author?: string | { readonly name: string } };

const IN_PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/** The folders of the packages that some of these files are from; one that is there in two versions has two. */
export const packagesOf = (files: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(files.flatMap((file) => IN_PACKAGE.exec(file)?.[0] ?? []))].sort();

/** The files that something of is in a bundle. */
export const filesIn = ({ outputs }: Pick<Metafile, 'outputs'>): ReadonlyArray<string> => Object.values(outputs).flatMap((output) => Object.keys(output.inputs));

/** The folders of the packages that something of is in a bundle. */
export const packagesIn = (metafile: Pick<Metafile, 'outputs'>): ReadonlyArray<string> => packagesOf(filesIn(metafile));

/** A package without a file that holds its licence still names it, and who wrote it. */
const named = ({ name, license, author }: Manifest): string => {
  if (license === undefined) throw new Error(`${name} does not say what its licence is`);
  const who = typeof author === 'object' ? author.name : author;
  return `${license} (the package has no text of it)${who === undefined ? '' : `\n${who}`}`;
};

const licenceOf = async (folder: string): Promise<string> => {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const title = `${manifest.name} ${manifest.version}`;
  return [title, '='.repeat(title.length), '', ...(texts.length === 0 ? [named(manifest)] : texts.map((text) => text.trim())), ''].join('\n');
};

/** One text with the licences of packages, by their folders. Rejects if a package does not name its licence. */
export const licencesOf = async (packages: ReadonlyArray<string>): Promise<string> => {
  const licences = await Promise.all(packages.map(licenceOf));
  return ['This package contains code of the packages below, under these licences.\n', ...licences].join('\n');
};
