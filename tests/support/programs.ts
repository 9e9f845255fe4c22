/** Programs of users, compiled by the strictest rules. */
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './bundle.ts';

export const strict = {
  strict: true,
  skipLibCheck: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  // As if the project had installed it.
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules/@types')],
} satisfies ts.CompilerOptions;

/** What a compiler finds wrong in a program; where it finds nothing, each file has its JavaScript beside it. */
export const compiled = (files: ReadonlyArray<string>, options: ts.CompilerOptions): ReadonlyArray<string> => {
  const program = ts.createProgram(files, { ...strict, ...options });
  const wrong = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  if (wrong.length === 0) program.emit();
  return wrong;
};

export const nodenext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, rewriteRelativeImportExtensions: true } as const;
export const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, noEmit: true } as const;
