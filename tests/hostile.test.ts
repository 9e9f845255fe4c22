/** Much at once, and anything at all: the service goes on, answers, and says nothing of its inside. */
import test from 'ava';
import fc from 'fast-check';
import { jetstreamManager } from '@nats-io/jetstream';
import { createInbox } from 'nats';
import { toBase64, utf8 } from '../crypto/bytes.ts';
import { newToken } from '../crypto/credential.ts';
import { randomBytes } from '../crypto/random.ts';
import { isRefusalCode } from '../events/refusal.ts';
import { body, json, own, PATH, refused, startByHand, writing } from './support/by-hand.ts';
import { subjects } from './support/jetlock.ts';
import { latch } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { scaled } from './support/scale.ts';
import { statementOf, type Answer } from './support/wire.ts';

const { jetlock, wire, steps, identity, get, asAdmin } = await startByHand();
test.beforeEach(async (t) => {
  // The session is known from now on, so that no test meets the limit for unknown ones.
  t.is((await wire.ask(identity, PATH)).refusal, null);
});
test.afterEach((t) => {
  t.deepEqual(jetlock.service().health(), { ready: true, failed: false, why: '' });
});
test.after.always(() => jetlock.stop());

const messages = async (): Promise<number> => {
  const { streams } = await jetstreamManager(wire.nc);
  return (await streams.info(subjects.stream)).state.messages;
};

test.serial('what is not authenticated is summed up in the log, never written one by one', async (t) => {
  const before = await messages();
  for (let n = 0; n < 200; n += 1) refused(t, await get({ credential: { kind: 'token', token: newToken().reveal() } }), 'unauthorized');
  await eventually(async () => ((await messages()) > before ? true : undefined), 30_000, 'the sum');
  // About one a second, however long the requests took; one by one they would be 200.
  t.true((await messages()) - before < 50);
});

test.serial('no answer repeats a token or what was in a body', async (t) => {
  const token = newToken();
  const wrong = [
    await get({ credential: { kind: 'token', token: token.reveal() } }),
    await get({ credential: { kind: token.reveal(), token: token.reveal() } }),
    await get({ service: token.reveal() }),
    await get({ body: token.reveal() }),
    await get({ body: JSON.stringify({ paths: token.reveal() }) }),
    await get({ body: JSON.stringify({ [token.reveal()]: 1, paths: [{ [token.reveal()]: 2, path: token.reveal(), description: token.reveal() }] }) }),
    await wire.asAdmin(subjects.admin('secret.describe'), statementOf(jetlock.identity, { operation: token.reveal(), path: token.reveal() })),
    await asAdmin('secret.describe', { path: PATH, description: `\n${token.reveal()}` }),
  ];
  for (const { refusal, text } of wrong) {
    t.not(refusal, null);
    t.false(text.includes(token.reveal().slice(4, 20)));
  }
});

/** Every place in a JSON value, as the way to it. */
const placesIn = (value: unknown, at: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> =>
  typeof value === 'object' && value !== null ? [at, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))] : [at];

/** The value with another one, or none, at that place. */
const changedAt = (value: unknown, [key, ...rest]: ReadonlyArray<string>, to: unknown): unknown => {
  if (key === undefined) return to;
  const changed = { ...(value as Record<string, unknown>), [key]: changedAt((value as Record<string, unknown>)[key], rest, to) };
  return Array.isArray(value) ? Object.values(changed) : changed;
};

const anything = fc.oneof(fc.anything({ maxDepth: 2 }), fc.constant(undefined), fc.string({ maxLength: 300 }), fc.constantFrom('__proto__', 'secret.write', '../..', 2 ** 53, -1, '𝟘', '\ud800'));
// Not every value has a text, whatever the type says.
const toText = (value: unknown): string => [JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner))].join('');
const anySubject = fc.constantFrom(own, subjects.get, subjects.register, `${subjects.register}.wire-api`, `${subjects.get}.Other`, subjects.admin('secret.write'), subjects.admin('inbox.list'), subjects.admin('x.y.z'));

/** A valid request with one thing in it changed: a byte of its box, a field inside, or a field of the signed statement. */
const nearlyRight = fc.record({ to: anySubject, kind: fc.constantFrom('bytes', 'field', 'body', 'statement'), at: fc.nat(), to2: anything });

const mutated = ({ to, kind, at, to2 }: { readonly to: string; readonly kind: string; readonly at: number; readonly to2: unknown }): Uint8Array => {
  const pick = <A>(list: ReadonlyArray<A>): A => list[at % list.length] as A;
  if (kind === 'bytes') {
    const bytes = wire.sealed(identity, to, body);
    return bytes.with(at % bytes.length, (at >> 8) & 0xff);
  }
  const { command, enclosed } = writing(PATH, utf8('v'));
  const change = (value: unknown): unknown => changedAt(value, pick(placesIn(value)), to2);
  if (kind === 'body') return wire.sealed(identity, to, toText(change(body)));
  if (kind === 'field') return wire.boxed(utf8(toText(change(wire.plain(identity, to, body)))));
  const signed = statementOf(jetlock.identity, change(command), at % 3 === 0 ? { [pick(['v', 'keyring', 'id', 'at', 'admin'])]: to2 } : {});
  return wire.boxed(utf8(toText({ ...wire.plain(identity, to, ''), ...signed, service: null, enclosed: at % 5 === 0 ? change(enclosed) : enclosed })));
};

const INTERNALS = /node_modules|\.ts\b|\n\s+at |TypeError|RangeError|SyntaxError|sodium|nats:/;

/** Any answer is one that a client knows, and tells nothing of the inside. */
const isSound = ({ refusal, result, text }: Answer): boolean => (refusal === null ? result !== null : isRefusalCode(refusal.code)) && !INTERNALS.test(text);

test.serial('random bytes always get an answer, and stop nothing', async (t) => {
  const one = fc.asyncProperty(anySubject, fc.uint8Array({ maxLength: 2_000 }), async (to, bytes) => {
    const answer = await wire.send(to, bytes);
    return isSound(answer) && !answer.sealed && answer.refusal?.code === 'malformed' && jetlock.service().health().ready;
  });
  await t.notThrowsAsync(fc.assert(one, { numRuns: scaled(60, 2_000) }));
});

test.serial('requests that are nearly right always get an answer, and stop nothing', async (t) => {
  const codes = new Set<string>();
  const one = fc.asyncProperty(nearlyRight, async (how) => {
    const answer = await wire.send(how.to, mutated(how));
    codes.add(answer.refusal?.code ?? 'answered');
    return isSound(answer) && jetlock.service().health().ready;
  });
  // About one change in a hundred is harmless, so that one of those that are is named.
  const harmless = { to: own, kind: 'body', at: placesIn(body).length - 1, to2: true } as const;
  await t.notThrowsAsync(fc.assert(one, { numRuns: scaled(250, 10_000), examples: [[harmless]] }));
  // What is changed goes deep enough to meet more than the first check.
  t.true(['answered', 'malformed', 'unauthorized'].every((code) => codes.has(code)), [...codes].join(', '));
  t.is((await steps.verify()).identical, true);
});

/** Sends all at once and counts the answers by their code. */
const answersTo = async (sent: ReadonlyArray<Uint8Array>): Promise<Readonly<Record<string, number>>> => {
  const [inbox, counts] = [createInbox(), {} as Record<string, number>];
  const all = latch(30_000, 'an answer to each');
  let left = sent.length;
  const listening = wire.nc.subscribe(inbox, {
    callback: (_, message) => {
      const { code } = message.json<{ refusal: { code: string } }>().refusal;
      counts[code] = (counts[code] ?? 0) + 1;
      if ((left -= 1) === 0) all.open();
    },
  });
  for (const bytes of sent) wire.nc.publish(own, bytes, { reply: inbox });
  await all.opened();
  listening.unsubscribe();
  return counts;
};

test.serial('a flood of unknown sessions is computed for at a bounded rate, and those who are known are served beside it', async (t) => {
  const junk = () => json({ v: 1, kid: wire.shared.kid, from: toBase64(randomBytes(32)), nonce: toBase64(randomBytes(24)), box: toBase64(randomBytes(64)) });
  const floods = Array.from({ length: 1_500 }, junk);
  const began = performance.now();
  const flood = answersTo(floods);
  t.is((await wire.ask(identity, PATH)).refusal, null);
  const { busy = 0, malformed = 0 } = await flood;
  const took = performance.now() - began;
  t.log(`${Math.round(took)} ms, ${malformed} computed`);
  t.is(busy + malformed, floods.length);
  t.true(malformed <= 500 + Math.ceil(took / 2), `${malformed} were computed for`);
  t.is((await wire.ask(identity, PATH)).refusal, null);
});
