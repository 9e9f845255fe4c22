/** The licences of the packages in the bundle: who passes it on passes them on. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

type Manifest = { readonly name: string; readonly version: string; readonly license?: string; readonly author?: string | { readonly name: string } };

const IN_PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/** The folders of the packages that something of is in the bundle; one that is there in two versions has two. */
export const packagesIn = ({ outputs }: Pick<Metafile, 'outputs'>): ReadonlyArray<string> => {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  return [...new Set(inputs.flatMap((input) => IN_PACKAGE.exec(input)?.[0] ?? []))].sort();
};

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

/** One text with the licences of all packages of a bundle. Rejects if a package does not name its licence. */
export const licencesOf = async (metafile: Pick<Metafile, 'outputs'>): Promise<string> => {
  const licences = await Promise.all(packagesIn(metafile).map(licenceOf));
  return ['This package contains code of the packages below, under these licences.\n', ...licences].join('\n');
};
