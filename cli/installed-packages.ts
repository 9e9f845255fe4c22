/**
 * The packages that a program is made of. They are looked for as Node does it: in `node_modules` of the folder that asks and of
 * those above, by their real paths, so that hoisted packages and those linked from a workspace are found too.
 */
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Packaged } from '../codegen/combine.ts';
import { EXIT } from './exit-codes.ts';
import { readSchema, SCHEMA_FILE } from './schema-reader.ts';
import { fail, type Failure } from './failure.ts';

const Manifest = t.intersection([t.type({ name: t.string }), t.partial({ version: t.string, dependencies: t.UnknownRecord })]);
type Manifest = t.TypeOf<typeof Manifest>;

const MANIFEST = 'package.json';
/** Names that npm lets a package have: none leads out of `node_modules`. */
const PACKAGE_NAME = /^(?:@[A-Za-z0-9~_-][\w.~-]*\/)?[A-Za-z0-9~_-][\w.~-]*$/;

const foldersAbove = (folder: string): ReadonlyArray<string> => [folder, ...(dirname(folder) === folder ? [] : foldersAbove(dirname(folder)))];

const located = (name: string, from: string): string | undefined =>
  foldersAbove(from)
    .filter((folder) => basename(folder) !== 'node_modules')
    .map((folder) => join(folder, 'node_modules', name))
    .find((folder) => existsSync(join(folder, MANIFEST)));

const manifestIn = async (folder: string, file: string): Promise<E.Either<Failure, Manifest>> => {
  try {
    const decoded = Manifest.decode(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
    if (E.isRight(decoded)) return decoded;
  } catch {
    // Not there, or not JSON: no more can be said of it than of one without a name.
  }
  return E.left(fail(EXIT.badInput, `${file} is not the package.json of a package with a name`, 'name the folder of a package: jetlock generate --combined FOLDER'));
};

const notInstalled = (name: string, by: string): Failure =>
  fail(EXIT.badInput, `${by} depends on ${name}, which is not installed`, 'install the dependencies, then try again');

/** The folders of the dependencies of a package, or the first that is not there: a schema that lacks keys would look whole. */
const dependenciesOf = async ({ name, dependencies = {} }: Manifest, folder: string): Promise<E.Either<Failure, ReadonlyArray<string>>> => {
  const found: string[] = [];
  for (const dependency of Object.keys(dependencies).sort()) {
    const at = PACKAGE_NAME.test(dependency) ? located(dependency, folder) : undefined;
    if (at === undefined) return E.left(notInstalled(dependency, name));
    found.push(await realpath(at));
  }
  return E.right(found);
};

/**
 * Every package with a schema file at its root: that in the folder first, then its dependencies, and theirs.
 * @param directory what paths in messages are relative to
 */
export const installedPackages = (folder: string, directory: string) => async (): Promise<E.Either<Failure, ReadonlyArray<Packaged>>> => {
  const packages: Packaged[] = [];
  const folders = new Set([existsSync(folder) ? await realpath(folder) : folder]);
  // What is added on the way is visited too, once each: dependencies may go round in a circle.
  for (const at of folders) {
    const shown = (file: string): string => relative(directory, join(at, file));
    const manifest = await manifestIn(at, shown(MANIFEST));
    if (E.isLeft(manifest)) return manifest;
    const schema = await readSchema(join(at, SCHEMA_FILE), shown(SCHEMA_FILE))();
    if (E.isLeft(schema)) return schema;
    if (schema.right !== undefined) packages.push({ name: manifest.right.name, version: manifest.right.version, schema: schema.right });
    const dependencies = await dependenciesOf(manifest.right, at);
    if (E.isLeft(dependencies)) return dependencies;
    dependencies.right.forEach((dependency) => folders.add(dependency));
  }
  return E.right(packages);
};
