/**
 * Missing, disabled, denied and ungranted look alike to whoever asks: on the wire, in the log before the reply, in the SDK and
 * on the command line. What a reply tells beyond its one refusal is the place of the read in the log, which everyone shares.
 */
import { join } from 'node:path';
import test from 'ava';
import { createInbox } from 'nats';
import { newTokenIdentity, writeServiceIdentity } from '../client/credential.ts';
import { JetlockError } from '../client/error.ts';
import { jetlockChild } from './support/child.ts';
import { orThrow, startJetlock, subjects, type Jetlock } from './support/jetlock.ts';
import { latch, until } from './support/latch.ts';
import { eventually } from './support/poll.ts';
import { pathOf, serviceOf, stepsOf } from './support/steps.ts';
import { openWire, type Wire } from './support/wire.ts';
import { barePath } from '../protocol/operations.ts';

/** One path for each cause, all of one length, and how many events follow the first refusal of each. */
const CAUSES = { missing: 1, disabled: 0, denied: 0, ungranted: 1, unknown: 2 } as const;
type Cause = keyof typeof CAUSES;
const causes = Object.keys(CAUSES) as ReadonlyArray<Cause>;
const pathFor = (cause: Cause): string => `prod/same/${cause.padEnd(10, '-')}`;

const identity = newTokenIdentity(serviceOf('same-api'));
let jetlock: Jetlock;
let wire: Wire;

/** All reads below are written with a sequence of three digits: its length would be the same for every cause. */
const fillTo = async (seq: number, write: (to: string, value: string) => Promise<{ readonly seq: number }>): Promise<void> => {
  for (let last = 0; last < seq; ) ({ seq: last } = await write('fill/up', `value ${last}`));
};

test.before(async () => {
  jetlock = await startJetlock();
  wire = await openWire(jetlock);
  const { approved, write, grant, deny, command } = stepsOf(jetlock);
  await (await approved('same-api', identity)).close();
  for (const cause of ['disabled', 'denied', 'ungranted'] as const) await write(pathFor(cause), 'v');
  for (const cause of ['missing', 'disabled'] as const) await grant('same-api', pathFor(cause));
  await deny('same-api', pathFor('denied'));
  await command({ operation: 'secret.disable', path: pathOf(pathFor('disabled')) });
  await fillTo(110, write);
});
test.after.always(() => jetlock.stop());

/** Asks with everything in sight that the broker carries: which messages of the log come before the reply, and which after. */
const observed = async (cause: Cause) => {
  const { nc } = wire;
  const logged: string[] = [];
  const events = nc.subscribe(subjects.all, { callback: (_, { subject }) => void logged.push(subject) });
  const inbox = createInbox();
  const replied = latch<{ readonly bytes: Uint8Array; readonly before: ReadonlyArray<string> }>(30_000, 'the reply');
  const replies = nc.subscribe(inbox, { callback: (_, { data }) => replied.open({ bytes: data, before: [...logged] }) });
  const to = `${subjects.get}.same-api`;
  nc.publish(to, wire.sealed(identity, to, { paths: [barePath(pathFor(cause))], offline: false }), { reply: inbox });
  const { bytes, before } = await replied.opened();
  const followed = () => logged.slice(before.length);
  return { bytes, before, followed, end: () => [events, replies].forEach((one) => one.unsubscribe()) };
};

test.serial('one append before every reply, replies of one length, and what follows comes after', async (t) => {
  const lengths = new Set<number>();
  for (const cause of causes) {
    const { bytes, before, followed, end } = await observed(cause);
    t.deepEqual(before.map((subject) => subject.replace(/[^.]+$/, '*')), ['secrets.events.read.*'], cause);
    lengths.add(bytes.length);
    await eventually(() => (followed().length >= CAUSES[cause] ? true : undefined), 30_000, `what follows ${cause}`);
    end();
  }
  t.is(lengths.size, 1);
});

test.serial('asked again, no cause has another number of appends or another length', async (t) => {
  const seen = new Set<string>();
  for (const cause of causes) {
    const { bytes, before, end } = await observed(cause);
    seen.add(`${before.length} ${bytes.length}`);
    end();
  }
  t.is(seen.size, 1, [...seen].join(', '));
});

test.serial('the opened replies say the same', async (t) => {
  const results = new Set<string>();
  for (const cause of causes) {
    const { refusal, result } = await wire.ask(identity, pathFor(cause));
    t.is(refusal, null);
    const { results: got, more, checkpoint } = result as { results: ReadonlyArray<object>; more: unknown; checkpoint: unknown };
    results.add(JSON.stringify({ got, more, checkpoint }).replace(pathFor(cause), 'PATH'));
  }
  t.deepEqual([...results], ['{"got":[{"path":"PATH","outcome":"refused"}],"more":[],"checkpoint":null}']);
});

test.serial('nobody is told of a change where nothing is granted to them', async (t) => {
  const { write, grant } = stepsOf(jetlock);
  const told: number[] = [];
  const notices = wire.nc.subscribe(subjects.notify(serviceOf('same-api')), { callback: (_, message) => void told.push(message.json<{ seq: number }>().seq) });
  await wire.nc.flush();
  for (const cause of ['denied', 'ungranted', 'unknown'] as const) await write(pathFor(cause), 'another value');
  const { seq } = await grant('same-api', 'prod/other/KEY');
  const written = await write('prod/other/KEY', 'v');
  await eventually(() => told.at(-1) === written.seq || undefined, 30_000, 'the last notice');
  t.deepEqual(told, [seq, written.seq]);
  notices.unsubscribe();
});

test.serial('in one request, each is refused like the others, and none shortens what fits', async (t) => {
  const { result } = await wire.ask(identity, ...causes.map(pathFor));
  const { results, more } = result as { results: ReadonlyArray<{ path: string; outcome: string }>; more: ReadonlyArray<string> };
  t.deepEqual(results, causes.map((cause) => ({ path: pathFor(cause), outcome: 'refused' })));
  t.deepEqual(more, []);
});

test.serial('the SDK rejects with one code, sentence and hint', async (t) => {
  const client = await jetlock.clientOf('same-api', identity);
  const said = new Set<string>();
  for (const cause of causes) {
    const error = await t.throwsAsync(client.get(pathFor(cause)), { instanceOf: JetlockError });
    const { code, message, hint, retryable } = error;
    said.add(JSON.stringify({ code, message, hint, retryable }).replaceAll(pathFor(cause), 'PATH'));
    t.is(code, 'refused');
  }
  t.is(said.size, 1, [...said].join('\n'));
  await client.close();
});

test.serial('the command line says the same and exits with 77', async (t) => {
  const file = join(jetlock.dataDir, 'same-api.json');
  orThrow(writeServiceIdentity(file, identity));
  const options = ['--nats', jetlock.nats.url, '--signing-key', jetlock.identity.servicePublicKey, '--identity', file];
  const ended = causes.map((cause) => jetlockChild(['get', pathFor(cause), ...options], { cwd: jetlock.dataDir }));
  const said = (await until(Promise.all(ended), 60_000, 'the command lines')).map(({ code, stdout, stderr }, index) =>
    JSON.stringify({ code, stdout, stderr: stderr.replaceAll(pathFor(causes[index] as Cause), 'PATH') }),
  );
  t.is(new Set(said).size, 1, said.join('\n'));
  t.regex(said[0] ?? '', /"code":77,"stdout":""/);
});
