/** `jetlock doctor` */
import * as E from 'fp-ts/lib/Either.js';
import { adminChecks } from '../admin-checks.ts';
import { inboxChecks, permissionCheck, storageCheck, streamChecks, syncCheck } from '../broker-checks.ts';
import { fine, wrong, type Check } from '../check.ts';
import { openNats, type Connection } from '../connect-nats.ts';
import { SUBJECTS } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { NO_REPLICAS, replicaCheck } from '../replica-check.ts';
import { rightsChecks } from '../rights-check.ts';
import { serviceCheck } from '../service-check.ts';
import { copiesChecks } from '../stream-check.ts';
import { printJson, printLines, printable } from '../terminal.ts';
import type { Run } from '../verb.ts';

const LIMIT_MS = 5_000;

/** Public on a connection, and not in its type. */
const inboxPrefixOf = (nc: Connection): string => (nc as { readonly options?: { readonly inboxPrefix?: string } }).options?.inboxPrefix ?? '_INBOX';

/** What a question was answered; undefined where it was not, whatever the reason. */
const answered = async (ask: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await ask();
  } catch {
    return undefined;
  }
};

const versionCheck = async ({ info }: Connection): Promise<Check> => {
  const { versionTooOld } = await import('../../services/nats/server-check.ts');
  const version = info?.version ?? '0.0.0';
  const needed = versionTooOld(version, 1);
  return needed === undefined ? fine('nats-server', version) : wrong('nats-server', `it is ${version} and must be ${needed}`, 'update nats-server');
};

const jetstreamCheck = ({ info }: Connection): Check =>
  info?.jetstream === true ? fine('jetstream', 'enabled') : wrong('jetstream', 'it is not enabled', 'add a jetstream block to the configuration of nats-server');

const varz = (url: string | undefined): Promise<unknown> =>
  url === undefined
    ? Promise.resolve(undefined)
    : answered(async () => (await fetch(new URL('/varz', url), { signal: AbortSignal.timeout(LIMIT_MS) })).json()).then((found) => found ?? null);

const replicaChecks = async (nc: Connection, replicas: string | undefined): Promise<ReadonlyArray<Check>> => {
  const urls = (replicas ?? '').split(',').filter((url) => url !== '');
  if (urls.length === 0) return [NO_REPLICAS];
  const { jetstreamReader } = await import('../../events/log/jetstream.ts');
  const last = await jetstreamReader(nc, { stream: SUBJECTS.stream }).last(SUBJECTS.anyState)();
  return Promise.all(urls.map((url) => replicaCheck(url, E.isLeft(last) ? undefined : last.right)));
};

const answeredChecks = async (nc: Connection, options: Options, io: Io): Promise<ReadonlyArray<Check>> => {
  const { text } = options;
  const { rightsOf } = await import('../../services/nats/rights.ts');
  const { natsTransport } = await import('../../client/nats/transport.ts');
  const userInfo = await answered(async () => (await nc.request('$SYS.REQ.USER.INFO', '', { timeout: LIMIT_MS })).json());
  // Of a user whose role cannot be told it is said whether it may destroy the log.
  const rights = rightsOf(SUBJECTS, inboxPrefixOf(nc), userInfo);
  const monitored = await varz(text['monitoring']);
  return [
    ...copiesChecks(await answered(async () => (await nc.request(`$JS.API.STREAM.INFO.${SUBJECTS.stream}`, '', { timeout: LIMIT_MS })).json())),
    syncCheck(monitored),
    storageCheck(monitored),
    ...(rights === undefined ? [permissionCheck(SUBJECTS, userInfo)] : rightsChecks(rights)),
    await serviceCheck(natsTransport(nc, SUBJECTS), SUBJECTS, text['signing-key'], Date.now()),
    ...(await replicaChecks(nc, text['replica'])),
    ...(await adminChecks(options, io, Date.now())),
  ];
};

const checksOf = async (nc: Connection, options: Options, io: Io): Promise<ReadonlyArray<Check>> => {
  const { checkStream } = await import('../../services/nats/provision.ts');
  const server = [fine('connection', nc.getServer()), await versionCheck(nc), jetstreamCheck(nc)];
  const streams = await checkStream(nc, SUBJECTS)();
  const inbox = inboxChecks(inboxPrefixOf(nc), streams);
  return inbox.length > 0 ? [...server, ...inbox] : [...server, ...streamChecks(streams), ...(await answeredChecks(nc, options, io))];
};

const MARKS = new Map([
  [true, 'ok   '],
  [false, 'wrong'],
  [null, '?    '],
]);

const linesOf = ({ check, ok, detail, mend }: Check): ReadonlyArray<string> =>
  [`${MARKS.get(ok) ?? ''}  ${check}: ${detail}`, ...(mend === null ? [] : [`       ${mend}`])].map(printable);

const print = (checks: ReadonlyArray<Check>, { flags }: Options, io: Io): Promise<void> =>
  flags.has('json') ? printJson(io, { checks }) : printLines(io, checks.flatMap(linesOf));

export const run: Run = (_args, options, io) => async () => {
  const nc = await openNats(options, io, 'auditor')();
  if (E.isLeft(nc)) return nc;
  try {
    const checks = await checksOf(nc.right, options, io);
    await print(checks, options, io);
    return E.right(checks.some(({ ok }) => ok === false) ? EXIT.configuration : EXIT.ok);
  } finally {
    await nc.right.close();
  }
};
