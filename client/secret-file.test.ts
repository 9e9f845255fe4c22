import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import test from 'ava';
import { readSecretFile, replaceSecretFile, writeSecretFile } from './secret-file.ts';

const directory = () => mkdtempSync(join(tmpdir(), 'jetlock-file-'));
const bytes = new Uint8Array([0, 255, 10, 13]);
const whyOf = (result: E.Either<{ why: string; hint: string }, unknown>) => (E.isLeft(result) ? `${result.left.why}; ${result.left.hint}` : 'no failure');

const WAYS = { 'written at once': async (path: string, value: Uint8Array) => writeSecretFile(path, value, { overwrite: true }), 'written while all else goes on': replaceSecretFile } as const;

for (const [way, write] of Object.entries(WAYS)) {
  test(`what was ${way} is read back, byte for byte`, async (t) => {
    const path = join(directory(), 'key');
    const one = fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), async (value) => {
      t.deepEqual(await write(path, value), E.right(undefined));
      t.deepEqual(readSecretFile(path), E.right(value));
    });
    await fc.assert(one, { numRuns: 20 });
  });

  test(`a file and the directories made for it are private, and nothing temporary stays, ${way}`, async (t) => {
    const top = directory();
    const path = join(top, 'a', 'b', 'key');
    t.true(E.isRight(await write(path, bytes)));
    t.is(statSync(path).mode & 0o777, 0o600);
    t.is(statSync(join(top, 'a')).mode & 0o777, 0o700);
    t.is(statSync(join(top, 'a', 'b')).mode & 0o777, 0o700);
    t.deepEqual(readdirSync(join(top, 'a', 'b')), ['key']);
  });

  test(`what cannot be ${way} is said, and leaves nothing`, async (t) => {
    const top = directory();
    mkdirSync(join(top, 'key', 'in it'), { recursive: true });
    t.regex(whyOf(await write(join(top, 'key'), bytes)), /^cannot write .*\/key: it is a directory; name a file$/);
    t.deepEqual(readdirSync(top), ['key']);
  });
}

test('a file that others have any right to is refused, with the command that mends it', (t) => {
  const path = join(directory(), 'key');
  writeFileSync(path, bytes);
  for (const mode of [0o640, 0o604, 0o620, 0o644]) {
    chmodSync(path, mode);
    t.is(whyOf(readSecretFile(path)), `${path} can be read by others; chmod 600 ${path}`);
  }
  chmodSync(path, 0o600);
  t.true(E.isRight(readSecretFile(path)));
});

test('a link is judged by the file it leads to', (t) => {
  const top = directory();
  writeFileSync(join(top, 'open'), bytes, { mode: 0o644 });
  chmodSync(join(top, 'open'), 0o644);
  symlinkSync(join(top, 'open'), join(top, 'link'));
  t.true(E.isLeft(readSecretFile(join(top, 'link'))));
});

test('nothing is overwritten unless told', (t) => {
  const path = join(directory(), 'key');
  writeSecretFile(path, bytes);
  t.is(whyOf(writeSecretFile(path, new Uint8Array([1]))), `cannot write ${path}: it is there already; name another file, or remove this one first`);
  t.deepEqual(readSecretFile(path), E.right(bytes));
  t.true(E.isRight(writeSecretFile(path, new Uint8Array([1]), { overwrite: true })));
  t.deepEqual(readSecretFile(path), E.right(new Uint8Array([1])));
});

test('writing replaces a link and leaves what it led to', (t) => {
  const top = directory();
  writeFileSync(join(top, 'elsewhere'), 'kept');
  symlinkSync(join(top, 'elsewhere'), join(top, 'key'));
  t.true(E.isLeft(writeSecretFile(join(top, 'key'), bytes)));
  t.true(E.isRight(writeSecretFile(join(top, 'key'), bytes, { overwrite: true })));
  t.is(readFileSync(join(top, 'elsewhere'), 'utf8'), 'kept');
  t.deepEqual(readSecretFile(join(top, 'key')), E.right(bytes));
});

test('what is no file is refused, and a pipe does not hang', (t) => {
  const top = directory();
  t.regex(whyOf(readSecretFile(join(top, 'none'))), /does not exist/);
  t.regex(whyOf(readSecretFile(top)), /not a regular file/);
  execFileSync('mkfifo', ['-m', '600', join(top, 'pipe')]);
  t.regex(whyOf(readSecretFile(join(top, 'pipe'))), /not a regular file/);
});

test('a file over 1 MiB is refused', (t) => {
  const path = join(directory(), 'key');
  writeSecretFile(path, new Uint8Array(1024 * 1024 + 1));
  t.regex(whyOf(readSecretFile(path)), /larger than 1 MiB/);
});
