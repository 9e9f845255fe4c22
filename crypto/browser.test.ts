import test from 'ava';
import { build } from 'esbuild';

/** What a bundler for browsers makes of one file and all that it imports; rejects if something of Node is among it. */
const bundled = (file: string) =>
  build({ entryPoints: [new URL(file, import.meta.url).pathname], bundle: true, write: false, platform: 'browser', format: 'esm', target: 'es2022', logLevel: 'silent' });

for (const file of ['aead', 'box', 'bytes', 'fingerprint', 'frame', 'hash', 'log', 'memory', 'random', 'redacted', 'sign', 'value', 'wrap']) {
  test(`${file}.ts fits into a browser`, async (t) => {
    await t.notThrowsAsync(bundled(`${file}.ts`));
  });
}

test('credential.ts says that it needs Node, and does', async (t) => {
  await t.throwsAsync(bundled('credential.ts'), { message: /node:crypto/ });
});
