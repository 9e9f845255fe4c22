import { mock } from 'node:test';
import test from 'ava';
import { subjectsUnder } from '../../events/subjects.ts';
import { ServiceName, sure } from '../../events/vocabulary.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { makeKnown, SILENT_MS, TURNED_AWAY } from './known.ts';

const [billing, shop] = [sure(ServiceName, 'billing'), sure(ServiceName, 'shop')];

/** A replica that knows two services, of which one is approved. */
const setUp = () => {
  const services = new Map([[billing, new Map([['f', { status: 'approved', seq: 3 }]])], [shop, new Map([['f', { status: 'pending', seq: 4 }]])]]);
  const key = { id: 'k1', purpose: 'log' };
  const keys = new Map([['k1', key]]);
  const folded: Array<(folded: unknown) => void> = [];
  const opened = (id: string) => new Redacted(new Uint8Array(32).fill(id.charCodeAt(1)));
  const keyring = { opened, open: async (id: string) => opened(id) };
  const replica = { fold: { world: { services, keyring: { keys } } }, subjects: subjectsUnder('secrets'), keyring, onFolded: (listener: (folded: unknown) => void) => folded.push(listener) };
  const clock = { now: 1_000 };
  const known = makeKnown(replica as never, () => clock.now);
  const told: string[] = [];
  const heard = new Set<string>();
  const listen = () =>
    known.onChange((subject, isHeard) => {
      told.push(`${isHeard ? '+' : '-'}${subject}`);
      if (isHeard) heard.add(subject);
      else heard.delete(subject);
    });
  const fold = (...events: ReadonlyArray<object>) => folded.forEach((listener) => listener({ verdict: { _tag: 'state', record: { events } } }));
  return { known, services, keys, clock, told, heard, listen, fold };
};

test('who is approved has a subject from when requests are heard, and nobody else has one', (t) => {
  const { known, services, told, heard, listen, fold } = setUp();
  t.is(known.subjectOf(billing), undefined);
  listen();
  t.regex(known.subjectOf(billing) ?? '', /^secrets\.known\.[\w-]{43}$/);
  t.deepEqual([...heard], [known.subjectOf(billing)]);
  t.is(known.subjectOf(shop), undefined);
  services.get(shop)?.set('f', { status: 'approved', seq: 5 });
  fold({ type: 'CredentialApproved', service: shop });
  t.is(heard.size, 2);
  t.not(known.subjectOf(shop), known.subjectOf(billing));
  services.get(billing)?.set('f', { status: 'revoked', seq: 6 });
  fold({ type: 'CredentialRevoked', service: billing });
  t.is(known.subjectOf(billing), undefined);
  t.is(told.at(-1), told[0]?.replace('+', '-'));
});

test('with a credential that was revoked the subject that it knew is given up, for another one that comes never again', (t) => {
  const { known, services, told, heard, listen, fold } = setUp();
  const own = services.get(billing)!;
  own.set('g', { status: 'approved', seq: 5 }).set('h', { status: 'approved', seq: 6 });
  listen();
  const subjectsSince = [known.subjectOf(billing)];
  for (const [name, seq] of [['g', 9], ['f', 7]] as const) {
    own.set(name, { status: 'revoked', seq });
    fold({ type: 'CredentialRevoked', service: billing });
    subjectsSince.push(known.subjectOf(billing));
  }
  const [first, second] = subjectsSince;
  t.not(first, second);
  t.deepEqual(told, [`+${first}`, `-${first}`, `+${second}`]);
  t.deepEqual([...heard], [known.subjectOf(billing)]);
  own.set('i', { status: 'revoked', seq: 12 });
  fold({ type: 'CredentialRevoked', service: billing });
  t.is(new Set([...subjectsSince, known.subjectOf(billing)]).size, 3);
});

test('another log key means other subjects, once it is open', async (t) => {
  const { known, keys, heard, listen, fold } = setUp();
  listen();
  const before = known.subjectOf(billing);
  keys.set('k2', { id: 'k2', purpose: 'log' });
  fold({ type: 'KeyAdded', key: { id: 'k2', purpose: 'log' } });
  await new Promise(setImmediate);
  t.not(known.subjectOf(billing), before);
  t.deepEqual([...heard], [known.subjectOf(billing)]);
});

test.serial('who has far too much turned away there is not heard for a while', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { known, heard, listen } = setUp();
  listen();
  const subject = known.subjectOf(billing) ?? '';
  for (let n = 0; n < TURNED_AWAY.atOnce; n += 1) known.turnedAway(subject);
  known.turnedAway('secrets.get.billing');
  t.true(heard.has(subject));
  known.turnedAway(subject);
  t.false(heard.has(subject));
  t.is(known.subjectOf(billing), undefined);
  mock.timers.tick(SILENT_MS);
  t.true(heard.has(subject));
});
