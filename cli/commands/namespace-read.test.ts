import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64, utf8 } from '../../crypto/bytes.ts';
import { memoryIo } from '../memory-io.ts';
import { runProgram } from '../program.ts';
import { requester } from '../../tests/support/requester.ts';

const ACCESS_KEY = `jlk_${'A'.repeat(43)}`;
const SECRETS: Readonly<Record<string, string>> = { A: 'plain-1', B: "it's 2", C: 'two\nlines $HOME', EMPTY: '' };

/** A service that has such secrets, each page of it two of them. */
const holding = async (t: Parameters<typeof requester>[0], secrets: Readonly<Record<string, string | Uint8Array>> = SECRETS) => {
  const all = await requester(t);
  all.service.script.answer = ({ request: { body } }) => {
    const { after } = JSON.parse(body) as { readonly after: string | null };
    const keys = Object.keys(secrets).filter((key) => after === null || key > after);
    const told = keys.slice(0, 2).map((key) => ({ key, version: 1, value: toBase64(typeof secrets[key] === 'string' ? utf8(secrets[key]) : (secrets[key] ?? utf8(''))) }));
    return { result: { namespace: 'prod/shop', seq: 1, messageHash: toBase64(new Uint8Array(32)), checkpoint: null, secrets: told, more: keys.length > 2 } };
  };
  const shown = () => all.service.seen.map(({ request }) => request.credential);
  return { ...all, shown, read: (words = '', setting = {}) => all.jetlock(`namespace read${words}`, { environment: { JETLOCK_ACCESS_KEY: ACCESS_KEY }, ...setting }) };
};

test('namespace read: all of them as lines of a .env file, in quotes where needed, over as many reads as it takes', async (t) => {
  const { read, shown } = await holding(t);
  t.deepEqual({ ...(await read()), bytes: undefined }, { code: 0, stdout: `A=plain-1\nB="it's 2"\nC='two\nlines $HOME'\nEMPTY=\n`, stderr: '', bytes: undefined });
  const credential = { kind: 'access-key', accessKey: ACCESS_KEY, sharedSecret: null };
  t.deepEqual(shown(), [credential, credential] as never);
});

test('namespace read --json: text as text, other bytes in base64', async (t) => {
  const { read } = await holding(t, { A: 'a', B: Uint8Array.from([0xff, 0]) });
  t.deepEqual(JSON.parse((await read(' --json')).stdout), { secrets: [{ key: 'A', version: 1, value: 'a' }, { key: 'B', version: 1, valueBase64: '/wA=' }] });
});

test('namespace read: what no .env file can say is named, and nothing of the others is printed', async (t) => {
  const { read } = await holding(t, { A: 'hunter2', B: Uint8Array.from([0xff]), C: `'$(hunter2)'` });
  const { code, stdout, stderr } = await read();
  t.deepEqual([code, stdout], [65, '']);
  t.is(stderr, 'jetlock: no line of a .env file says the value of B, C\nhint: add --json\n');
});

test('namespace read: a terminal gets no control characters', async (t) => {
  const { read } = await holding(t, { A: '\u001b[2J' });
  t.like(await read('', { terminals: ['stdout'] }), { code: 65, stdout: '' });
  t.is((await read()).code, 0);
});

test('namespace read: the key and the shared secret come from private files as well, and what is none is not sent', async (t) => {
  const { read, shown, directory } = await holding(t);
  await writeFile(join(directory, 'key'), `${ACCESS_KEY}\n`, { mode: 0o600 });
  await writeFile(join(directory, 'shared'), 'hush\n', { mode: 0o600 });
  await writeFile(join(directory, 'open'), ACCESS_KEY, { mode: 0o644 });
  t.is((await read(' --access-key-file key', { environment: { JETLOCK_SHARED_SECRET_FILE: 'shared' } })).code, 0);
  t.is((await read('', { environment: { JETLOCK_ACCESS_KEY_FILE: 'key' } })).code, 0);
  t.deepEqual(shown().map((one) => (one.kind === 'access-key' ? one.sharedSecret : one.kind)), ['hush', 'hush', null, null]);
  t.is((await read(' --access-key-file open')).code, 78);
  t.is((await read('', { environment: {} })).code, 78);
  const wrong = await read('', { environment: { JETLOCK_ACCESS_KEY: 'hunter2' } });
  t.is(wrong.code, 65);
  t.notRegex(`${wrong.stdout}${wrong.stderr}`, /hunter2/);
  t.is((await read(` ${ACCESS_KEY}`)).code, 64);
  t.is(shown().length, 4);
});

test('namespace read: without either the key is typed, unseen', async (t) => {
  const { service, directory } = await holding(t);
  const { io, stdout, stderr, type } = memoryIo({ directory, terminals: ['stdin'], environment: { JETLOCK_SIGNING_KEY: service.signer.publicKey } });
  const done = runProgram(['namespace', 'read'], { ...io, reach: TE.right(service.transport) });
  type(`${ACCESS_KEY}\r`);
  t.is(await done, 0);
  t.regex(stdout(), /^A=plain-1$/m);
  t.notRegex(stderr(), /jlk_/);
});

test('namespace read: refused', async (t) => {
  const { read, service } = await holding(t);
  service.script.answer = () => ({ refusal: 'unauthorized' });
  t.like(await read(), { code: 77, stdout: '' });
});
