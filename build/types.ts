/**
 * One file of declarations for each module of the package, with nothing in it but what that module exports. They are made
 * from our sources file by file, without a type check (which `npm run types` is for): in seconds, not in minutes. Packages are
 * out of reach here, so a public type that leads to one of theirs makes the build fail.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

const bundledIn = async (folder: string, modules: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const seen = new Set<string>();
  for (const module of modules) await writeAll(module, folder, seen);
  const preferredConfigPath = join(folder, 'tsconfig.json');
  await writeFile(preferredConfigPath, JSON.stringify(project));
  await writeFile(join(folder, FOREIGN), 'export {};\n');
  const entries = modules.map((module) => ({
    filePath: join(folder, module.replace(/\.ts$/, '.d.ts')),
    output: { noBanner: true, exportReferencedTypes: false },
  }));
  return generateDtsBundle(entries, { preferredConfigPath });
};

/** The declarations of modules of ours, in the same order. Rejects where a public type needs a package, or is not written out. */
export const typesOf = async (modules: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-types-'));
  try {
    const all = await bundledIn(folder, modules);
    all.forEach((text, index) => {
      if (/: any\b/.test(text)) throw new Error(`${modules[index] ?? ''} exports something whose type is not written out`);
    });
    return all;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
