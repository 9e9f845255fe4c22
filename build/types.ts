/**
 * One file of declarations for all modules of the package, with nothing in it but what they export. It is made from our sources
 * file by file, without a type check (which `npm run types` is for): in seconds, not in minutes. Packages are
 * out of reach here, so a public type that leads to one of theirs makes the build fail.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';
import ts from 'typescript';

const OURS = /(?<=from ['"])(\.[^'"]*)\.ts(?=['"])/g;

const compilerOptions = { declaration: true, isolatedDeclarations: true, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, verbatimModuleSyntax: true };

const declarationsOf = async (file: string): Promise<string> =>
  ts.transpileDeclaration(await readFile(file, 'utf8'), { fileName: file, compilerOptions }).outputText;

/** Writes the declarations of a module and of all that they name, once each. */
const writeAll = async (file: string, into: string, seen: Set<string>): Promise<void> => {
  if (seen.has(file)) return;
  seen.add(file);
  const text = await declarationsOf(file);
  const to = join(into, file.replace(/\.ts$/, '.d.ts'));
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, text.replace(OURS, '$1.js'));
  for (const [, path = ''] of text.matchAll(OURS)) await writeAll(join(dirname(file), `${path}.ts`), into, seen);
};

const FOREIGN = 'foreign.d.ts';

/** Every package is an empty one. */
const project = {
  compilerOptions: {
    ...{ target: 'es2023', lib: ['es2023'], module: 'nodenext', moduleResolution: 'nodenext', strict: true, skipLibCheck: true, types: [] },
    paths: { '*': [`./${FOREIGN}`] },
  },
  include: [],
};

const ALL = 'types.d.ts';
/** A codec has the name of its type, and comes along with it. */
const CODEC = /^(?:export )?declare const \w+: (?:any|t\..*);\n/gm;

const bundledIn = async (folder: string, modules: ReadonlyArray<string>): Promise<string> => {
  const [preferredConfigPath, filePath] = [join(folder, 'tsconfig.json'), join(folder, ALL)];
  const seen = new Set<string>();
  for (const module of modules) await writeAll(module, folder, seen);
  await writeFile(filePath, modules.map((module) => `export * from './${module.replace(/\.ts$/, '.js')}';\n`).join(''));
  await writeFile(preferredConfigPath, JSON.stringify(project));
  await writeFile(join(folder, FOREIGN), 'export {};\n');
  const [text = ''] = generateDtsBundle([{ filePath, output: { noBanner: true, exportReferencedTypes: false } }], { preferredConfigPath });
  return text.replace(CODEC, '');
};

/** What a module exports, out of the one file in which everything is declared. */
const entryOf = async (module: string): Promise<readonly [string, string]> => {
  const all = relative(dirname(module), ALL.replace(/\.d\.ts$/, '.js'));
  return [module.replace(/\.ts$/, '.d.ts'), (await declarationsOf(module)).replace(/(?<=from ['"])[^'"]*/g, all)];
};

/**
 * The declarations of modules of ours by their files, which are to lie beside what the modules become. What two of them export
 * is declared once: a class that is declared twice is two types. Rejects where a public type needs a package, or is not written out.
 */
export const typesOf = async (modules: ReadonlyArray<string>): Promise<ReadonlyMap<string, string>> => {
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-types-'));
  try {
    const all = await bundledIn(folder, modules);
    const wrong = all.split('\n').find((line) => /: any\b|\bt\.\w|^import /.test(line));
    if (wrong !== undefined) throw new Error(`the type of something in the package is not written out: ${wrong.trim()}`);
    return new Map([[ALL, all], ...(await Promise.all(modules.map(entryOf)))]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
