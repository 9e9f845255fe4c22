/** The compiler, in this process, on files that are nowhere but in memory: as a program would be compiled that has Jetlock installed. */
import { basename, join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './bundle.ts';
import { strict } from './programs.ts';

const HERE = join(ROOT, 'tests', 'in-memory');

const OPTIONS: ts.CompilerOptions = {
  ...strict,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noUnusedLocals: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  paths: { 'jetlock/client': [join(ROOT, 'client', 'mod.ts')] },
};

/** Every complaint of the compiler about these files, as `file:line message`. @param files texts by file name, which may import each other */
export const complaints = (files: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const texts = new Map(Object.entries(files).map(([name, text]) => [join(HERE, name), text]));
  const disk = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => texts.has(name) || disk.fileExists(name),
    readFile: (name) => texts.get(name) ?? disk.readFile(name),
    directoryExists: (name) => name === HERE || (disk.directoryExists?.(name) ?? true),
    getSourceFile: (name, target) => {
      const text = texts.get(name);
      return text === undefined ? disk.getSourceFile(name, target) : ts.createSourceFile(name, text, target);
    },
  };
  const program = ts.createProgram([...texts.keys()], OPTIONS, host);
  const found = [...texts.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return [...program.getGlobalDiagnostics(), ...found].map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    return `${basename(file?.fileName ?? '')}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
};
