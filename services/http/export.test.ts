/** Exports that somebody is slow to take, is not entitled to any more, or asks for too many of. */
import test from 'ava';
import fastify from 'fastify';
import fc from 'fast-check';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { latch } from '../../tests/support/latch.ts';
import { eventually } from '../../tests/support/poll.ts';
import { cell, exportHandler, EXPORTS_MAX, EXPORTS_OF_ONE } from './export.ts';
import type { Principal } from './principal.ts';

const of = (id: string): Principal => ({ kind: 'token', id, role: 'auditor' }) as Principal;
const entry = { seq: 1, entry: 0, at: 1, what: 'secret.written', about: {} };

/** Pages without end, each when it is let go on. */
const pages = (goOn: () => Promise<unknown>, isStillIn: () => boolean) => {
  const handler = exportHandler({ list: async () => (await goOn(), right({ items: [entry], next: '1' })) } as never, isStillIn);
  const server = fastify();
  server.get('/:who', async (request, reply) => {
    const { who } = request.params as { readonly who: string };
    const answered = await handler({ request, reply, principal: of(who), args: { format: null }, body: undefined, bytes: new Uint8Array() });
    return isLeft(answered) ? reply.code(409).send(answered.left.code) : reply;
  });
  return server;
};

test('an export ends in the middle when whoever asked is not let in any more', async (t) => {
  let asked = 0;
  const server = pages(() => Promise.resolve((asked += 1)), () => asked < 3);
  t.teardown(() => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  await t.throwsAsync(async () => (await fetch(`${url}/a`)).text());
  t.is(asked, 3);
});

test('so many go on at once, of one and of all, and one that was given up makes room', async (t) => {
  const gate = latch(30_000);
  let begun = 0;
  const server = pages(() => ((begun += 1), gate.opened()), () => false);
  t.teardown(() => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const asked = async (who: string) => (await fetch(`${url}/${who}`)).text();
  const going = Array.from({ length: EXPORTS_MAX }, (_, at) => asked(String(Math.floor(at / EXPORTS_OF_ONE))).catch(() => undefined));
  await eventually(async () => (begun === EXPORTS_MAX ? true : undefined), 30_000, 'all to begin');
  t.is(await asked('0'), 'busy');
  t.is(await asked('other'), 'busy');
  gate.open();
  await Promise.all(going);
  await eventually(async () => ((await asked('0').catch(() => 'cut off')) === 'cut off' ? true : undefined), 30_000, 'room for one more');
  t.pass();
});

test('no part of a cell is a formula, wherever a spreadsheet splits it, and what has none stays as it is', (t) => {
  const text = fc.array(fc.constantFrom('=', '+', '-', '@', '＝', ';', ',', '\t', '\n', '\r', ' ', '"', "'", 'a', '1'), { maxLength: 12 }).map((all) => all.join(''));
  const isFormula = (part: string) => /^[\s"]*[=+\-@＝＋－＠]/.test(part);
  t.notThrows(() => fc.assert(fc.property(text, (one) => !cell(one).split(/[;,\t\r\n]/).some(isFormula))));
  t.notThrows(() => fc.assert(fc.property(text, (one) => one.split(/[;,\t\r\n]/).some(isFormula) || cell(one) === one)));
  t.is(cell('\n=1'), "\n'=1");
  t.is(cell('a; "=1'), `a;' "=1`);
  t.is(cell(-1), '-1');
});
