/** `jetlock audit log` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { parseTime, type Filter } from '../../audit/filter.ts';
import type { AuditLine } from '../../protocol/audit-line.ts';
import { auditLog } from '../../audit/log.ts';
import { deniedIn } from '../../events/log/denied.ts';
import type { LogReader, Unavailable } from '../../events/log/log.ts';
import { orNone, serviceName, target, type Checked } from '../arguments.ts';
import { summary } from '../audit-summary.ts';
import { cellsOf, HEADINGS, tabbed } from '../audit-text.ts';
import { INBOX_HINT } from '../client-failure.ts';
import { openNats } from '../connect-nats.ts';
import { SUBJECTS } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { fail, type Failure } from '../failure.ts';
import { printJson, printLines, say } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import type { Run } from '../verb.ts';

export type OpenedLog = { readonly reader: LogReader; readonly close: () => Promise<void> };
export type OpenLog = (options: Options, io: Io) => TaskEither<Failure, OpenedLog>;

const time: Checked<number> = (typed) => E.mapLeft((wanted: string) => fail(EXIT.badInput, 'that is not a time', wanted))(parseTime(typed ?? '', Date.now()));

const without = (fields: object): Filter => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

const filterOf = ({ text }: Options): E.Either<Failure, Filter> =>
  pipe(
    E.Do,
    E.apS('since', orNone(time)(text['since'])),
    E.apS('until', orNone(time)(text['until'])),
    E.apS('service', orNone(serviceName)(text['service'])),
    E.apS('path', orNone(target)(text['path'])),
    E.map(without),
  );

/** Where lines go: at once, or all together at the end. */
type Sink = { readonly line: (line: AuditLine) => Promise<void>; readonly end: () => Promise<void> };

const atOnce = (print: (line: AuditLine) => Promise<void>): Sink => ({ line: print, end: () => Promise.resolve() });

const together = (print: (lines: ReadonlyArray<AuditLine>) => Promise<void>): Sink => {
  const lines: AuditLine[] = [];
  return { line: (line) => Promise.resolve(void lines.push(line)), end: () => print(lines) };
};

const sinkOf = ({ flags }: Options, io: Io): Sink => {
  if (flags.has('json')) return flags.has('follow') ? atOnce((line) => printJson(io, line)) : together((lines) => printJson(io, { lines }));
  // Nobody can wait for the width of columns that are still to come.
  const asTable = io.stdout.isTTY === true && !flags.has('follow');
  return asTable ? together((lines) => printLines(io, textTable(HEADINGS, lines.map(cellsOf)))) : atOnce((line) => printLines(io, [tabbed(line)]));
};

const DENIED = { request: 'use the NATS user of an auditor, with the permissions that jetlock nats-config prints', replies: INBOX_HINT };

/** What NATS does not allow it does not allow later either. */
const unreadable = ({ why }: Unavailable): Failure => {
  const [denied, message] = [deniedIn(why), `the stream cannot be read: ${why}`];
  return denied === undefined ? fail(EXIT.unavailable, message, 'check that nats-server runs, with JetStream, and try again') : fail(EXIT.configuration, message, DENIED[denied]);
};

const read = async (reader: LogReader, filter: Filter, options: Options, io: Io, signal: AbortSignal): Promise<E.Either<Failure, ExitCode>> => {
  const [sink, sums] = [sinkOf(options, io), summary()];
  for await (const line of auditLog({ reader, subjects: SUBJECTS, filter, follow: options.flags.has('follow'), signal })) {
    if (E.isLeft(line)) return E.left(unreadable(line.left));
    sums.add(line.right);
    await sink.line(line.right);
  }
  await sink.end();
  for (const line of sums.lines()) await say(io, line);
  return E.right(sums.exit());
};

/** Whoever follows ends it with an interrupt: that is no failure, and what was found is still summed up. */
const untilInterrupted = async <A>(use: (signal: AbortSignal) => Promise<A>): Promise<A> => {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop);
  try {
    return await use(stopping.signal);
  } finally {
    process.off('SIGINT', stop);
  }
};

/** The verb over any log. */
export const auditLogOver =
  (open: OpenLog, until = untilInterrupted): Run =>
  (_args, options, io) =>
  async () => {
    const filter = filterOf(options);
    if (E.isLeft(filter)) return filter;
    const log = await open(options, io)();
    if (E.isLeft(log)) return log;
    try {
      return await until((signal) => read(log.right.reader, filter.right, options, io, signal));
    } finally {
      await log.right.close();
    }
  };

/** With the NATS identity of an auditor; the service is not asked, and need not run. */
const openStream: OpenLog = (options, io) =>
  pipe(
    openNats(options, io, 'auditor'),
    TE.chainTaskK((nc) => async () => {
      const { jetstreamReader } = await import('../../events/log/jetstream-reader.ts');
      return { reader: jetstreamReader(nc, { stream: SUBJECTS.stream }), close: () => nc.close() };
    }),
  );

export const run: Run = auditLogOver(openStream);
