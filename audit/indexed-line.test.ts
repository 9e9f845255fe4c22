import test from 'ava';
import { utf8 } from '../crypto/bytes.ts';
import { parseRecord } from '../events/fold/accept.ts';
import type { LogMessage } from '../events/log/log.ts';
import { makeFold } from '../events/fold/fold.ts';
import { notedOf } from '../projections/audit/kinds.ts';
import type { Found } from '../projections/audit/search.ts';
import { isWanted } from '../projections/audit/terms.ts';
import { AuditLine } from '../protocol/audit-line.ts';
import { everyEvent, linesOf, withKey } from '../tests/support/audit.ts';
import { logCrypto, newHistory, type History } from '../tests/support/history.ts';
import { wants } from './filter.ts';
import { indexedLines } from './indexed-line.ts';

const recordOf = (message: LogMessage | undefined) => message && (parseRecord(message.data, true) ?? parseRecord(message.data, false));

/** What the index says of each message. */
const foundIn = ({ subjects, messages }: History): ReadonlyArray<ReadonlyArray<Found>> => {
  const fold = makeFold(subjects, logCrypto);
  return messages.map((message) => {
    const { seq, at, kinds } = notedOf(fold.apply(message));
    return kinds.map((kind, entry) => ({ seq, at, entry, kind }));
  });
};

/** Reads of every outcome, also in one message, with values that may be used offline, and sums of refusals. */
const withReads = (history: History): History => {
  const credential = history.approved('reader', 9);
  for (const path of ['shop/till/PIN', 'shop/till/OFF', 'shop/till/ONCE']) history.write(path);
  history.admin('secret.disable', { path: 'shop/till/OFF' });
  history.grant('reader', 'shop/', { offline: 60_000 });
  history.grant('reader', 'shop/till/ONCE', { once: true, offline: null });
  history.pass(1_000);
  const paths = ['shop/till/PIN', 'shop/till/OFF', 'shop/till/ONCE', 'shop/till/NONE', 'other/NONE'];
  history.read({ service: 'reader', credential, paths, offline: true }, { service: 'reader', credential, paths: ['shop/till/PIN'] });
  history.deny('reader', 'shop/till/PIN');
  history.read({ service: 'reader', credential, paths: ['shop/till/PIN'] });
  const { subject, record } = history.draft.read();
  const refusals = [{ code: 'credential_pending', service: 'reader', credential: null, count: 7, since: history.now() }];
  history.append({ subject, record: { ...record, refusals } as never });
  history.append(history.draft.read());
  return history;
};

/** Commands that came too late for what they wanted, and what somebody else wrote. */
const withVoid = (history: History): History => {
  const late = history.draft.admin('secret.describe', { path: 'shop/till/PIN', description: 'late' });
  history.pass(200_000);
  history.append(late);
  const forged = history.messageOf(history.draft.admin('secret.describe', { path: 'shop/till/PIN', description: 'forged' }));
  history.publish({ ...forged, mac: `${forged.mac.slice(0, -1)}${forged.mac.endsWith('A') ? 'E' : 'A'}` });
  history.publish({ subject: history.subjects.read('replica-1' as never), data: utf8('no record'), mac: '' });
  return history;
};

test('given every event, reads of every outcome and what counts for nothing, then index and log together say what the audit log does', async (t) => {
  const history = withVoid(withReads(everyEvent(newHistory())));
  const told = await linesOf(history, withKey);
  const found = foundIn(history);
  const lines = found.flatMap((all, i) => indexedLines(recordOf(history.messages[i]), all));
  t.true(lines.every((line) => AuditLine.is(line)));
  t.deepEqual([...new Set(lines.map(({ outcome }) => outcome))].sort(), ['allowed', 'done', 'refused', 'skipped', 'spending', 'void']);
  // Of what is forged the audit log says what it claims; here nothing of it is repeated.
  const counted = (all: ReadonlyArray<AuditLine>) => all.filter(({ outcome }) => outcome !== 'skipped');
  t.deepEqual(counted(lines), counted(told));
  t.deepEqual(lines.filter(({ outcome }) => outcome === 'skipped').map(({ seq, what }) => [what, seq]), [['message', history.messages.length - 1], ['message', history.messages.length]]);
});

test('a filter wants the same entries of the index as lines of the audit log', async (t) => {
  const history = withReads(everyEvent(newHistory()));
  const found = foundIn(history).flat();
  const lines = await linesOf(history, withKey);
  const services = new Set(found.map(({ kind }) => kind.service));
  const paths = new Set(found.map(({ kind }) => kind.path));
  t.true(services.size > 2 && paths.size > 5);
  const all = { type: null, outcome: null, actor: null };
  for (const service of services)
    for (const path of paths) {
      const wanted = isWanted({ ...all, service, path });
      const expected = lines.filter((line) => wants({ ...(service === null ? {} : { service: service as never }), ...(path === null ? {} : { path }) }, line));
      t.is(found.filter(({ kind }) => wanted(kind)).length, expected.length, `${service} ${path}`);
    }
});

test('a message that is not the one that was folded is told as altered, and nothing of it repeated', (t) => {
  const history = newHistory();
  history.write('shop/till/PIN');
  const found = foundIn(history);
  const [other, [written] = []] = [history.messages[0], found.at(-1)];
  for (const message of [undefined, other]) {
    const [line] = indexedLines(recordOf(message), written === undefined ? [] : [written]);
    t.like(line, { what: 'secret.written', about: { path: 'shop/till/PIN' }, verified: 'unverified', finding: 'history changed' });
    t.is(line?.who, undefined);
  }
});
