/** `jetlock namespace read --http-url`: what an access key opens, by the HTTP listener of a real service and without NATS. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { EXIT } from '../cli/exit-codes.ts';
import { memoryIo } from '../cli/memory-io.ts';
import { runProgram } from '../cli/program.ts';
import { Redacted } from '../crypto/redacted.ts';
import { newSigningKey } from '../crypto/sign.ts';
import { callsTo } from './support/http.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';

const jetlock = await startJetlock();
test.after.always(() => jetlock.stop());

type Issued = { readonly accessKey: string };
const SECRET = { 'jetlock-shared-secret': 'hush' };
const call = (method: string, path: string, body: unknown, headers = {}) => callsTo(jetlock.service().httpUrl)(method, path, body, headers);

/** More than fits into one answer. */
const VALUES = Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`KEY_${n}`, `${n}`.repeat(60_000)]));

const filled = async (): Promise<string> => {
  const { accessKey } = (await call('POST', '/namespaces', {}, SECRET)).json as Issued;
  for (const [key, value] of Object.entries(VALUES)) await call('POST', '/namespace', { key, value }, { ...SECRET, 'jetlock-access-key': accessKey });
  return accessKey;
};

const PINNED = { JETLOCK_SIGNING_KEY: jetlock.identity.servicePublicKey };
/** Of no namespace. */
const NO_KEY = { JETLOCK_ACCESS_KEY: `jlk_${'A'.repeat(43)}` };

/** Typed in a folder where there is nothing, by somebody who has told nothing of NATS. */
const typed = async (words: string, environment: Readonly<Record<string, string>>) => {
  const { io, stdout, stderr } = memoryIo({ environment });
  const code = await runProgram(`namespace read${words}`.split(' '), io);
  return { code, stdout: stdout(), stderr: stderr() };
};

test.serial('everything is read by the listener that was typed or stands in the environment, with the key and the shared secret from there', async (t) => {
  orThrow(await jetlock.restart({ namespaces: { sharedSecret: new Redacted('hush') } }));
  const url = jetlock.service().httpUrl;
  const shown = { JETLOCK_ACCESS_KEY: await filled(), JETLOCK_SHARED_SECRET: 'hush' };
  const right = { ...shown, ...PINNED };
  const lines = Object.entries(VALUES).map(([key, value]) => `${key}=${value}\n`).join('');
  // Compared here: what differs would be shown as very many pages.
  const read = async (words: string, environment: Readonly<Record<string, string>>) => {
    const { code, stdout, stderr } = await eventually(async () => {
      const said = await typed(words, environment);
      // No answer in time is worth trying again, as it says.
      return said.code === EXIT.unavailable ? undefined : said;
    }, 60_000, 'an answer in time');
    return [code, stdout === lines, stderr];
  };
  t.deepEqual([await read(` --http-url ${url}`, right), await read(` --http-url ${url}/`, right), await read('', { ...right, JETLOCK_HTTP_URL: url })], Array.from({ length: 3 }, () => [0, true, '']));
  const { secrets } = JSON.parse((await typed(` --json --http-url ${url}`, right)).stdout) as { readonly secrets: ReadonlyArray<{ readonly key: string; readonly value: string }> };
  t.true(secrets.length === 6 && secrets.every(({ key, value }) => VALUES[key] === value));
  t.deepEqual(await read(` --trust-first-use --http-url ${url}`, shown), [0, true, `trusting the service that answered first: pin it with --signing-key ${PINNED.JETLOCK_SIGNING_KEY}\n`]);
  t.like(await typed(` --http-url ${url}`, shown), { code: 78, stdout: '' });
  for (const wrong of [NO_KEY, { JETLOCK_SHARED_SECRET: 'hus' }]) t.like(await typed(` --http-url ${url}`, { ...right, ...wrong }), { code: 77, stdout: '' });
  t.like(await typed('', right), { code: 78, stdout: '' });
});

test.serial('whoever is not the service is shown no key', async (t) => {
  const shown: unknown[] = [];
  const other = createServer(({ headers }, answer) => {
    shown.push(headers['jetlock-access-key']);
    answer.end('{}');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const { httpUrl } = jetlock.service();
  const answers = [
    await typed(` --http-url ${httpUrl}`, { ...NO_KEY, JETLOCK_SIGNING_KEY: newSigningKey().publicKey }),
    await typed(` --http-url http://127.0.0.1:${(other.address() as AddressInfo).port}`, { ...NO_KEY, ...PINNED }),
  ];
  t.deepEqual(answers.map(({ code, stdout }) => [code, stdout]), [[78, ''], [78, '']]);
  t.deepEqual(shown, [undefined]);
});

test.serial('an address where nobody answers is named, and one that cannot be taken is not called', async (t) => {
  const key = { ...NO_KEY, ...PINNED };
  t.deepEqual(await typed(' --http-url http://127.0.0.1:1', key), {
    code: 69,
    stdout: '',
    stderr: 'jetlock: no jetlock answers at http://127.0.0.1:1\nhint: name the HTTP listener of jetlock serve with --http-url; for a certificate of your own set NODE_EXTRA_CA_CERTS\n',
  });
  t.like(await typed(' --http-url http://jetlock.example', key), { code: 65, stderr: 'jetlock: plain http to another machine can be read and changed on the way\nhint: use https, or lead the port here: ssh -L 8229:127.0.0.1:8229 HOST\n' });
  for (const url of ['jetlock.example:8229', 'ftp://127.0.0.1', 'nats://127.0.0.1:4222']) t.is((await typed(` --http-url ${url}`, {})).code, 65, url);
});
