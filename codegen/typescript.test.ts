/** What is made is judged by the compiler itself: no text of ours is compared with another. */
import { compileFunction } from 'node:vm';
import test from 'ava';
import fc from 'fast-check';
import ts from 'typescript';
import { schemas } from '../tests/support/schemas.ts';
import { parseSchema, schemaText } from './schema-file.ts';
import { clientSource } from './typescript.ts';

/** Runs generated source, and gives back the schema that its client would be made from. */
const schemaOf = (source: string): unknown => {
  const { outputText, diagnostics = [] } = ts.transpileModule(source, { reportDiagnostics: true, compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
  if (diagnostics.length > 0) throw new Error('the source cannot be parsed');
  const exports: { readonly createSecrets?: () => unknown } = {};
  const run = compileFunction(outputText, ['exports', 'require']) as (exports: object, require: () => object) => void;
  run(exports, () => ({ createSecretsClient: (schema: unknown) => schema }));
  return exports.createSecrets?.();
};

test('whatever is in a schema: the source compiles to the very same schema, and to nothing else', (t) => {
  fc.assert(
    fc.property(schemas, (schema) => {
      const source = clientSource(schema);
      // As text: `__proto__` counts there, and so does the order.
      t.is(JSON.stringify(schemaOf(source)), JSON.stringify(schema));
      t.is(clientSource(structuredClone(schema)), source);
      t.is(Buffer.from(source).toString(), source);
    }),
    { numRuns: 60 },
  );
});

test('a schema file that is written reads as the same schema', (t) => {
  fc.assert(fc.property(schemas, (schema) => t.deepEqual(parseSchema(schemaText(schema)), { _tag: 'Right', right: schema })));
});
