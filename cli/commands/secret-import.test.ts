import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { fromBase64 } from '../../crypto/bytes.ts';
import type { Enclosed } from '../../protocol/wire.ts';
import { adminCli, done, type Command } from '../../tests/support/admin-cli.ts';
import { latch } from '../../tests/support/latch.ts';

const MARKER = 'canary-7f2b91';
const EXAMPLE = new URL('../../examples/shop.env', import.meta.url).pathname;
const valueOf = (enclosed: Enclosed | null) => Buffer.from(fromBase64(enclosed?.value ?? '')).toString();

test('secret import writes forty values, at most eight at a time, and tells how many', async (t) => {
  const values = new Map<string, string>();
  const all = latch(30_000, 'eight writes at a time');
  let [flying, most] = [0, 0];
  const { jetlock, directory } = await adminCli(t, {
    'secret.write': async ({ path }: Command, enclosed) => {
      most = Math.max(most, ++flying);
      if (flying === 8) all.open();
      await all.opened();
      flying -= 1;
      const isNew = !values.has(path as string);
      values.set(path as string, valueOf(enclosed));
      return done(1, isNew);
    },
  });
  await copyFile(EXAMPLE, join(directory, 'shop.env'));
  const first = await jetlock('secret import shop.env --namespace prod/shop');
  t.deepEqual(first, { code: 0, stdout: '40 written, 0 unchanged\n', stderr: '' });
  t.is(most, 8);
  t.is(values.get('prod/shop/DATABASE_PASSWORD'), 'pässwörd€🔒');
  const again = await jetlock('secret import shop.env --namespace prod/shop --json');
  t.deepEqual(JSON.parse(again.stdout), { written: 0, unchanged: 40, noted: [], failed: [] });
  const told = JSON.stringify([first, again]);
  t.true([...values.values()].filter((value) => value.length > 4).every((value) => !told.includes(value)));
});

test('secret import shows a bar on a terminal only', async (t) => {
  const { jetlock, file } = await adminCli(t);
  await file('a.env', 'A=1\nB=2\n');
  t.regex((await jetlock('secret import a.env --namespace prod', { terminals: ['stderr'] })).stderr, /importing .*2\/2/);
});

test('secret import: every bad line is told at once, without anything of it, and nothing is sent', async (t) => {
  const { jetlock, file, sent } = await adminCli(t);
  await file('bad.env', `A=1\n${MARKER}\nB="${MARKER}\nC=3`);
  const { code, stdout, stderr } = await jetlock('secret import bad.env --namespace prod/shop --json');
  t.deepEqual([code, sent], [65, []]);
  const { error } = JSON.parse(stdout) as { error: { code: string; details: string[] } };
  t.is(error.code, 'bad_lines');
  t.deepEqual(error.details, ['line 2: neither KEY=VALUE nor a comment', 'line 3: a quote is opened and not closed']);
  t.true(error.details.every((line) => stderr.includes(`  ${line}\n`)));
  t.false(`${stdout}${stderr}`.includes(MARKER));
  t.is((await jetlock('secret import none.env --namespace prod/shop')).code, 65);
});

test('secret import: one that is refused does not stop the others, a service that is away does', async (t) => {
  const { jetlock, file, answers, sent } = await adminCli(t, {
    'secret.write': ({ path }) => (path === 'prod/A' ? { refusal: 'conflict' } : done(1)),
  });
  await file('a.env', `A=${MARKER}\nB=2\nC=3\n`);
  const one = await jetlock('secret import a.env --namespace prod --json');
  t.is(one.code, 65);
  t.deepEqual(JSON.parse(one.stdout), { written: 2, unchanged: 0, noted: [], failed: [{ path: 'prod/A', code: 'conflict' }] });
  t.is(one.stderr, 'prod/A: another version is current\n');
  await file('many.env', Array.from({ length: 30 }, (_, n) => `K${n}=1\n`).join(''));
  answers['secret.write'] = () => ({ refusal: 'role' });
  sent.length = 0;
  const none = await jetlock('secret import many.env --namespace prod --json');
  t.is(none.code, 77);
  t.is(sent.length, 8);
  const { failed } = JSON.parse(none.stdout) as { failed: Array<{ code: string }> };
  t.deepEqual([failed.length, failed.filter((one) => one.code === 'not_tried').length], [30, 22]);
});

test('secret import: a path that grows too long is told by its line', async (t) => {
  const { jetlock, file, sent } = await adminCli(t);
  await file('a.env', `A=1\n${'K'.repeat(64)}=2\n`);
  const namespace = Array.from({ length: 4 }, () => 'n'.repeat(60)).join('/');
  const { code, stderr } = await jetlock(`secret import a.env --namespace ${namespace}`);
  t.is(code, 65);
  t.regex(stderr, /^ {2}line 2: with the namespace the path is longer than 256 bytes$/m);
  t.deepEqual(sent, []);
});
