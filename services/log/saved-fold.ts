/**
 * The folded state, saved beside the head: a start goes on from there and folds only what came after. It is trusted as the log
 * is: under a MAC of the log key, for this life of the stream, and only if the log still has the message at which it stands.
 * Whatever else is found here is left alone, and everything is folded from the first message.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { messageHash, nextHead } from '../../crypto/log.ts';
import { savedMac } from '../../crypto/saved.ts';
import { decoded } from '../../events/fits.ts';
import { newRestoring, restoreLine, type FoldState } from '../../events/fold/state.ts';
import type { Log, LogMessage } from '../../events/log/log.ts';
import { Digest, Id, Instant, Sequence } from '../../events/vocabulary.ts';
import { currentKey } from '../../events/world.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { Replica, Saved } from './replica.ts';

/** Counted up whenever what is folded, or how, is changed: what another one saved is not gone on from. */
const FORMAT = 10;

/** `last`: the message at which the fold stands, as the log has it. */
const First = t.strict(
  { v: t.literal(FORMAT), created: t.string, key: Id, last: t.strict({ subject: t.string, seq: Sequence, time: Instant, mac: t.string, hash: Digest }) },
  'saved fold',
);
const Last = t.strict({ mac: Digest }, 'end of a saved fold');

const pathIn = (dataDir: string): string => join(dataDir, 'fold.jsonl');

const lastOf = ({ subject, seq, time, mac, data }: LogMessage) => ({ subject, seq, time, mac, hash: messageHash(data) });

const writeLines = async (path: string, lines: Iterable<string>): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    for (const line of lines) {
      await file.writeFile(`${line}\n`);
      await setImmediate();
    }
    await file.sync();
  } finally {
    await file.close();
  }
};

const sealedLines = function* (first: string, lines: Iterable<string>, key: Uint8Array): Generator<string> {
  const mac = savedMac(key);
  for (const some of [[first], lines])
    for (const line of some) {
      mac.add(`${line}\n`);
      yield line;
    }
  yield JSON.stringify({ mac: mac.mac() });
};

/**
 * Saves the fold as it is now. Other work goes on in between; one call at a time.
 * @returns false if it could not be: the next start takes longer then
 */
export const saveFold = async (dataDir: string, { fold, keyring, created, latest, health }: Replica): Promise<boolean> => {
  const [key, last] = [currentKey(fold.world, 'log')?.id, latest()];
  const opened = key === undefined ? undefined : keyring.opened(key);
  if (key === undefined || opened === undefined || last === undefined || health().failed) return false;
  const first = JSON.stringify(First.encode({ v: FORMAT, created, key, last: lastOf(last) as t.TypeOf<typeof First>['last'] }));
  const lines = sealedLines(first, fold.save(), opened.reveal());
  const temporary = `${pathIn(dataDir)}.new`;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await rm(temporary, { force: true });
    await writeLines(temporary, lines);
    await rename(temporary, pathIn(dataDir));
    return true;
  } catch {
    return false;
  }
};

type Read = { readonly first: t.TypeOf<typeof First>; readonly state: FoldState };
type Answer<A> = Promise<Either<string, A>>;

const NEWLINE = 10;

const linesIn = function* (bytes: Buffer): Generator<string> {
  for (let [from, to] = [0, 0]; (to = bytes.indexOf(NEWLINE, from)) >= 0; from = to + 1) yield bytes.toString('utf8', from, to);
};

/** The first line, what is under the MAC, and the MAC in the last line. */
const partsOf = (bytes: Buffer) => {
  const [beforeLast, afterFirst] = [bytes.lastIndexOf(NEWLINE, -2) + 1, bytes.indexOf(NEWLINE) + 1];
  const first = decoded(First, JSON.parse(bytes.toString('utf8', 0, afterFirst)));
  const last = decoded(Last, JSON.parse(bytes.toString('utf8', beforeLast)));
  return first === undefined || last === undefined ? undefined : { first, mac: last.mac, covered: bytes.subarray(0, beforeLast), rows: bytes.subarray(afterFirst, beforeLast) };
};

/** Nothing of it is looked at before its MAC is right. */
const stateOf = (rows: Buffer): FoldState | undefined => {
  const restoring = newRestoring();
  for (const line of linesIn(rows)) if (!restoreLine(restoring, line)) return undefined;
  return restoring.state;
};

const read = async (path: string, keyring: Keyring, created: string): Answer<Read> => {
  try {
    const parts = partsOf(await readFile(path));
    if (parts === undefined) return left('it cannot be read, or is from another version');
    const { first, mac, covered, rows } = parts;
    if (first.created !== created) return left('it is of another stream');
    const key = await keyring.open(first.key);
    if (isLeft(key)) return left('its key is not there');
    const wanted = savedMac(key.right.reveal());
    wanted.add(covered);
    if (!wanted.isRight(mac)) return left('its MAC is not right');
    const state = stateOf(rows);
    return state?.applied === first.last.seq ? right({ first, state }) : left('it does not stand where it says');
  } catch {
    return left('it is damaged');
  }
};

/** The rolling hash there covers everything before it. */
const isSameHistory = async ({ heads }: FoldState, log: Log): Promise<boolean> => {
  const [before, head] = heads.slice(-2);
  if (before === undefined || head === undefined) return false;
  const found = await log.at(head.seq)();
  if (isLeft(found) || isNone(found.right)) return false;
  const { subject, data } = found.right.value;
  return nextHead(before.hash, head.seq, subject, data) === head.hash;
};

const stillThere = async ({ first: { last } }: Read, log: Log): Answer<LogMessage> => {
  const found = await log.at(last.seq)();
  if (isLeft(found)) return left('the log cannot be read');
  if (isNone(found.right)) return left('the log has no message where it stands');
  const there = lastOf(found.right.value);
  const same = there.subject === last.subject && there.time === last.time && there.mac === last.mac && there.hash === last.hash;
  return same ? right(found.right.value) : left('the log has another message where it stands');
};

/** @returns the state to go on from; undefined if there is none; or why what there is is not gone on from */
export const readSavedFold = async (dataDir: string, { log, keyring, created }: Pick<Replica, 'log' | 'keyring' | 'created'>): Answer<Saved | undefined> => {
  const path = pathIn(dataDir);
  if (!existsSync(path)) return right(undefined);
  const saved = await read(path, keyring, created);
  if (isLeft(saved)) return saved;
  if (!(await isSameHistory(saved.right.state, log))) return left('the log has another history');
  const last = await stillThere(saved.right, log);
  return isLeft(last) ? last : right({ state: saved.right.state, last: last.right });
};
