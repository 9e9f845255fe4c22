import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuditLine } from '../../protocol/audit-line.ts';
import type { LogReader } from '../../events/log/log.ts';
import { everyEvent } from '../../tests/support/audit.ts';
import { newHistory, type History } from '../../tests/support/history.ts';
import { until } from '../../tests/support/latch.ts';
import { memoryIo, type Setting } from '../memory-io.ts';
import { auditLogOver } from './audit-log.ts';

const PATH = 'billing/stripe/KEY';
const SERVICE = 'invoicer';

const begun = () => {
  const history = newHistory();
  history.write(PATH);
  const credential = history.approved(SERVICE);
  history.grant(SERVICE, 'billing/');
  const read = () => history.read({ service: SERVICE, credential, paths: [PATH] });
  read();
  return { history, read };
};

type Typed = { readonly text?: Readonly<Record<string, string>>; readonly flags?: ReadonlyArray<string> };

/** Runs the verb on a log; `closed` says how often the log was closed. */
const start = (reader: LogReader, { text = {}, flags = [] }: Typed = {}, setting: Setting = {}) => {
  const io = memoryIo(setting);
  const stopping = new AbortController();
  let closed = 0;
  const close = async () => void (closed += 1);
  const verb = auditLogOver(() => TE.right({ reader, close }), (use) => use(stopping.signal));
  const done = verb([], { text, flags: new Set(flags) }, io.io)();
  return { ...io, done, stop: () => stopping.abort(), closed: () => closed };
};

const run = async (reader: LogReader, typed?: Typed, setting?: Setting) => {
  const { done, stdout, stderr, closed } = start(reader, typed, setting);
  const ended = await done;
  const code = E.isLeft(ended) ? ended.left.exit : ended.right;
  return { code, stdout: stdout(), stderr: stderr(), closed: closed(), failure: E.isLeft(ended) ? ended.left : undefined };
};

const json = async (history: History, text = {}) =>
  (JSON.parse((await run(history.log, { text, flags: ['json'] })).stdout) as { lines: ReadonlyArray<AuditLine> }).lines;

test('audit log: on a pipe cells with tabs between them, who with what and what came of it', async (t) => {
  const { history } = begun();
  const { code, stdout, stderr, closed } = await run(history.log);
  t.deepEqual([code, stderr, closed], [0, '', 1]);
  const last = stdout.split('\n').at(-2)?.split('\t');
  t.deepEqual(last, ['2026-01-01T00:00:00.000Z', '7', `service ${SERVICE}`, 'read', `${PATH} v1`, 'allowed', 'unverified', '']);
  t.true(stdout.includes(`\tadmin root\taccess.granted\t${SERVICE} billing/\tdone\tsignature\t\n`));
});

test('audit log: on a terminal a table', async (t) => {
  const { history } = begun();
  const { stdout } = await run(history.log, {}, { terminals: ['stdout'] });
  t.regex(stdout, /^TIME +SEQ +WHO +WHAT +ABOUT +OUTCOME +VERIFIED +NOTE\n/);
  t.false(stdout.includes('\t'));
});

test('audit log --json: one document, with every type of event', async (t) => {
  const history = everyEvent(newHistory());
  const lines = await json(history);
  t.is(Number(lines.at(-1)?.seq), history.messages.length);
  t.true(lines.length >= history.messages.length);
});

test('audit log: by service, path and time', async (t) => {
  const { history } = begun();
  history.write('shop/till/PIN');
  t.true((await json(history, { service: SERVICE })).every(({ about, who }) => about.service === SERVICE || who?.name === SERVICE));
  t.deepEqual((await json(history, { path: 'shop/' })).map(({ what }) => what), ['namespace.created', 'secret.written']);
  t.deepEqual(await json(history, { since: '2026-01-01T00:00:01Z' }), []);
  t.deepEqual(await json(history, { until: '2025-12-31' }), []);
  for (const text of [{ since: 'yesterday' }, { until: '2y' }, { service: 'Bad!' }, { path: '../x' }]) {
    const { code, stdout, failure } = await run(history.log, { text });
    t.deepEqual([code, stdout], [65, '']);
    t.notRegex(`${failure?.message} ${failure?.hint}`, /yesterday|2y|Bad!|\.\.\/x/);
  }
});

test('audit log: what is published again is a line and is summed up, and breaks nothing', async (t) => {
  const { history, read } = begun();
  const granted = history.message(6)!;
  history.publish(granted);
  read();
  const { code, stdout, stderr } = await run(history.log);
  t.is(code, 0);
  t.regex(stdout, /\taccess.granted\t.*\tskipped \(published_again\)\t/);
  t.is(stderr, '1 message has no effect: forged, or published again\n');
});

test('audit log: a message that is missing is exit 1', async (t) => {
  const { history } = begun();
  const reader: LogReader = { ...history.log, at: (seq) => (seq === 7 ? TE.right(O.none) : history.log.at(seq)) };
  const { code, stdout, stderr } = await run(reader, { text: { path: 'shop/' } });
  t.is(code, 1);
  t.regex(stdout, /\tmissing ! messages missing\t/);
  t.is(stderr, '1 finding: messages missing\n');
});

test('audit log: what NATS does not allow is exit 78, and the hint tells the inbox from the rest', async (t) => {
  const denied = async (what: string) => {
    const left = TE.left({ _tag: 'unavailable', stored: 'no', why: `Permissions Violation for ${what}` } as const);
    return run({ ...begun().history.log, info: () => left });
  };
  const [inbox, request] = [await denied('Subscription to "_INBOX.x.*"'), await denied('Publish to "$JS.API.STREAM.INFO.SECRETS"')];
  t.deepEqual([inbox.code, request.code], [78, 78]);
  t.regex(inbox.failure?.hint ?? '', /^give --inbox-prefix PREFIX/);
  t.regex(request.failure?.hint ?? '', /^use the NATS user of an auditor/);
});

test('audit log: a stream that cannot be read is exit 69, and no half of a document', async (t) => {
  const { history } = begun();
  const left = TE.left({ _tag: 'unavailable', stored: 'no', why: 'no answer' } as const);
  const reader: LogReader = { ...history.log, at: (seq) => (seq === 4 ? left : history.log.at(seq)) };
  t.like(await run(reader, { flags: ['json'] }), { code: 69, stdout: '', closed: 1 });
});

test('audit log --follow: goes on with what comes until it is stopped; with --json one document a line', async (t) => {
  const { history, read } = begun();
  const { done, stop, stdout } = start(history.log, { flags: ['json', 'follow'] });
  const written = (count: number) =>
    until(
      new Promise<void>((resolve) => {
        const look = () => (stdout().split('\n').length > count ? resolve() : setImmediate(look));
        look();
      }),
      10_000,
      `${count} lines`,
    );
  const before = (await json(history)).length;
  await written(before);
  read();
  await written(before + 1);
  stop();
  t.deepEqual(await done, E.right(0));
  const lines = stdout().trimEnd().split('\n').map((line) => JSON.parse(line) as AuditLine);
  t.deepEqual(lines, [...(await json(history))]);
});
