import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { latch } from '../../tests/support/latch.ts';
import { requester, type Requester } from '../../tests/support/requester.ts';

const CANARY = 'hunter2-canary-';
const BINARY = Uint8Array.from([0xff, 0x00, 0x0a]);

const registered = async (t: Parameters<typeof requester>[0]): Promise<Requester> => {
  const all = await requester(t);
  await all.jetlock('register billing');
  all.known.values.set('prod/shop/A', { version: 3, value: `${CANARY}a` }).set('prod/shop/B', { version: 1, value: BINARY });
  return all;
};

const GET = 'get --as billing';
const NOT_AVAILABLE = 'jetlock: the secret is not available to this service: ';
const HINT = 'hint: an admin sees the request in the inbox; wait for approval or ask\n';
const asked = ({ service }: Requester) => service.seen.map(({ request }) => request).filter(({ subject }) => subject.startsWith('secrets.get.'));

test('get: the exact bytes of one path, and nothing else', async (t) => {
  const { jetlock } = await registered(t);
  t.like(await jetlock(`${GET} prod/shop/A`), { code: 0, stdout: `${CANARY}a`, stderr: '' });
  t.deepEqual((await jetlock(`${GET} prod/shop/B`)).bytes, Buffer.from(BINARY));
});

test('get: on a terminal a newline is added where there is none, and binary is refused', async (t) => {
  const { jetlock } = await registered(t);
  const terminals = ['stdout'] as const;
  t.like(await jetlock(`${GET} prod/shop/A`, { terminals }), { code: 0, stdout: `${CANARY}a\n` });
  t.like(await jetlock(`${GET} prod/shop/B`, { terminals }), { code: 65, stdout: '' });
});

test('get --wait: who waits for longer than a moment is told so, once', async (t) => {
  const { jetlock, known } = await registered(t);
  known.values.clear();
  const { code, stderr } = await jetlock(`${GET} prod/shop/A --wait 2s`);
  t.is(code, 77);
  t.is(stderr.match(/^nothing yet: waiting up to 2s for the service, and for an admin to say yes$/gm)?.length, 1);
});

test('get --json: in the order asked for, text as text and other bytes in base64', async (t) => {
  const { jetlock } = await registered(t);
  const { code, stdout, stderr } = await jetlock(`${GET} prod/shop/B prod/shop/A --json`);
  t.deepEqual([code, stderr], [0, '']);
  t.deepEqual(JSON.parse(stdout), {
    secrets: [
      { path: 'prod/shop/B', version: 1, valueBase64: '/wAK' },
      { path: 'prod/shop/A', version: 3, value: `${CANARY}a` },
    ],
  });
  t.deepEqual(JSON.parse((await jetlock(`${GET} prod/shop/A --json`)).stdout), { secrets: [{ path: 'prod/shop/A', version: 3, value: `${CANARY}a` }] });
});

test('get: several paths without --json, and what is no path, are refused before anything is asked', async (t) => {
  const all = await registered(t);
  t.is((await all.jetlock(`${GET} prod/shop/A prod/shop/B`)).code, 64);
  for (const args of ['get --as billing Prod//x', 'get --as billing ../x', 'get --as Bad! prod/shop/A', 'get --as billing prod/shop/A --wait 1y']) {
    const { code, stdout, stderr } = await all.jetlock(args);
    t.deepEqual([code, stdout], [65, ''], args);
    t.notRegex(stderr, /Prod\/\/x|Bad!|1y/);
  }
  t.deepEqual(asked(all), []);
});

test('get: the description goes to the admin with every path', async (t) => {
  const all = await registered(t);
  await all.jetlock(`${GET} prod/shop/A prod/shop/B --json --description billing's`);
  const paths = ['A', 'B'].map((name) => ({ path: `prod/shop/${name}`, description: "billing's", format: null, pattern: null }));
  t.deepEqual(asked(all).map(({ body }) => JSON.parse(body) as unknown), [{ paths, offline: false }]);
});

test('get: whatever is refused, one text names the paths, and nothing of the others is printed', async (t) => {
  const { jetlock, known } = await registered(t);
  const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
  const paths = fc.uniqueArray(fc.record({ name, isRefused: fc.boolean() }), { selector: ({ name: of }) => of, minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(paths, async (all) => {
      known.values.clear();
      for (const { name: of, isRefused } of all) if (!isRefused) known.values.set(`prod/x/${of}`, { version: 1, value: `${CANARY}${of}` });
      const refused = all.filter(({ isRefused }) => isRefused).map(({ name: of }) => `prod/x/${of}`);
      const { code, stdout, stderr } = await jetlock(`${GET} --json ${all.map(({ name: of }) => `prod/x/${of}`).join(' ')}`);
      if (refused.length === 0) return t.is(code, 0);
      t.deepEqual([code, stderr], [77, `${NOT_AVAILABLE}${refused.join(', ')}\n${HINT}`]);
      t.like(JSON.parse(stdout), { error: { exit: 77, code: 'refused' } });
      t.false(stdout.includes(CANARY));
    }),
    { numRuns: 40 },
  );
});

test('get --wait: a wait that ran out ends like a refusal', async (t) => {
  const { jetlock } = await registered(t);
  const refused = await jetlock(`${GET} prod/shop/C`);
  t.like(refused, { code: 77, stdout: '', stderr: `${NOT_AVAILABLE}prod/shop/C\n${HINT}` });
  t.deepEqual(await jetlock(`${GET} prod/shop/C --wait 1s`), refused);
});

test('get --wait: the value comes as soon as it is to be had', async (t) => {
  const { jetlock, known, service } = await registered(t);
  const first = latch(30_000, 'the first question');
  const { answer } = service.script;
  service.script.answer = (seen) => {
    first.open();
    return answer(seen);
  };
  const waiting = jetlock(`${GET} prod/shop/C --wait 60s`);
  await first.opened();
  known.values.set('prod/shop/C', { version: 1, value: CANARY });
  service.notify();
  const { stderr, ...rest } = await waiting;
  t.like(rest, { code: 0, stdout: CANARY });
  t.regex(stderr, /^(nothing yet: [^\n]*\n)?$/);
  t.is(service.listeners(), 0);
});

for (const [refusal, code] of [['credential_pending', 75], ['unauthorized', 77], ['busy', 69]] as const) {
  test(`get: ${refusal} is exit ${code}`, async (t) => {
    const { jetlock, known } = await registered(t);
    known.refusal = refusal;
    const time = refusal === 'busy' ? '' : ' --wait 1s';
    t.like(await jetlock(`${GET} prod/shop/A${time}`), { code, stdout: '' });
  });
}

test('get: a signing key that is mistyped', async (t) => {
  const { jetlock } = await registered(t);
  t.like(await jetlock(`${GET} prod/shop/A --signing-key abc`), {
    code: 78,
    stderr: 'jetlock: --signing-key is not a key\nhint: a key has 43 characters of base64url: ask an admin for it\n',
  });
});

test('get: of a credential that waits, the fingerprint and what an admin types', async (t) => {
  const { jetlock, known } = await registered(t);
  const fingerprint = /^fingerprint {2}(.+)$/m.exec((await jetlock('register billing')).stdout)?.[1] ?? 'none';
  known.refusal = 'credential_pending';
  t.like(await jetlock(`${GET} prod/shop/A`), {
    code: 75,
    stderr: `jetlock: the credential of service billing waits for approval: ${fingerprint}\nhint: an admin compares the fingerprint, then types: jetlock service approve billing ${fingerprint}\n`,
  });
  t.like(JSON.parse((await jetlock(`${GET} prod/shop/A --json`)).stdout), { error: { exit: 75, code: 'credential_pending' } });
});

test('get: who asks is the only identity beside jetlock dev; of several one has to be named', async (t) => {
  const { jetlock, known, startDev, directory } = await requester(t);
  known.values.set('prod/shop/A', { version: 1, value: 'a' });
  t.like(await jetlock('get prod/shop/A'), { code: 78, stdout: '' });
  await startDev();
  t.is((await jetlock('get prod/shop/A')).code, 78);
  await jetlock('register shop');
  t.like(await jetlock('get prod/shop/A'), { code: 0, stdout: 'a' });
  await jetlock('register billing');
  t.like(await jetlock('get prod/shop/A'), { code: 64, stderr: 'jetlock: several services have an identity here: billing, shop\nhint: name one with --as SERVICE\n' });
  t.is((await jetlock('get prod/shop/A --as shop')).code, 0);
  t.is((await jetlock('get prod/shop/A', { environment: { JETLOCK_IDENTITY: join(directory, '.jetlock/services/shop.json') } })).code, 0);
  t.is((await jetlock('get prod/shop/A --as billing --identity .jetlock/services/shop.json')).code, 78);
  t.is((await jetlock('get prod/shop/A --as nobody')).code, 78);
});
