import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fastify from 'fastify';
import { isLeft } from 'fp-ts/lib/Either.js';
import { NOBODY } from './principal.ts';
import { consoleHandler } from './pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'jetlock-console-'));
mkdirSync(join(folder, 'console/assets'), { recursive: true });
writeFileSync(join(folder, 'secret.txt'), 'outside');
writeFileSync(join(folder, 'console/index.html'), '<title>console</title>');
writeFileSync(join(folder, 'console/assets/app-1a2b.js'), 'export {};');

const server = fastify();
const handler = consoleHandler(join(folder, 'console'));
server.get('/console/*', async (request, reply) => {
  const answered = await handler({ request, reply, principal: NOBODY, args: {}, body: undefined, bytes: new Uint8Array() });
  return isLeft(answered) ? reply.code(404).send() : reply;
});
test.after.always(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
const get = (url: string) => server.inject({ method: 'GET', url });

test('an asset is kept for ever, as what it is', async (t) => {
  const { statusCode, body, headers } = await get('/console/assets/app-1a2b.js');
  t.deepEqual([statusCode, body], [200, 'export {};']);
  t.regex(String(headers['content-type']), /javascript/);
  t.regex(String(headers['cache-control']), /immutable/);
});

for (const path of ['/console/', '/console/secrets/prod%2Fshop%2FDB.URL', '/console/inbox?x=1']) {
  test(`${path} is the page, under a strict policy`, async (t) => {
    const { statusCode, body, headers } = await get(path);
    t.deepEqual([statusCode, body], [200, '<title>console</title>']);
    t.regex(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
    t.notRegex(String(headers['content-security-policy']), /unsafe-inline|'unsafe-eval'/);
    t.is(headers['cache-control'], 'public, max-age=0');
  });
}

for (const path of ['/console/assets/gone.js', '/console/assets/../../secret.txt', '/console/assets/%2e%2e/%2e%2e/secret.txt']) {
  test(`${path} is nothing`, async (t) => {
    const { statusCode, body } = await get(path);
    t.is(statusCode, 404);
    t.false(body.includes('outside'));
  });
}

test('nothing outside is shown', async (t) => {
  for (const path of ['/console/../secret.txt', '/console/%2e%2e/secret.txt', '/console/..%2fsecret.txt', '/console/..%5csecret.txt', '/console/%00']) {
    t.false((await get(path)).body.includes('outside'), path);
  }
});
