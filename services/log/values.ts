/** Values, read from the log by the place of their version: the record's MAC is checked again, then its ciphertext is opened. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import { LRUCache } from 'lru-cache';
import { fromUtf8 } from '../../crypto/bytes.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { openValue, openValueText, type SaltedValue, type ValuePlace } from '../../crypto/value.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import type { LogMessage } from '../../events/log/log.ts';
import { StateRecord, type Sealed } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Ciphertext, Id, SecretPath, Version } from '../../events/vocabulary.ts';
import type { SecretVersion } from '../../events/world.ts';
import type { Soon } from '../soon.ts';
import { isAuthentic } from './authentic.ts';
import type { Replica } from './replica.ts';

export type Values = {
  /** Salt and value of a version; `unavailable` when the log, or the key, cannot be had. */
  readonly open: (path: SecretPath, version: SecretVersion) => Promise<Either<Refusal, SaltedValue>>;
  /** The value alone, in base64url, as it is told; undefined when it cannot be had. At once where row and key are at hand. */
  readonly told: (path: SecretPath, version: SecretVersion) => Soon<Ciphertext | undefined>;
  /** What was just folded is about to be asked for: its ciphertext is at hand from now on. */
  readonly keep: (folded: Folded) => void;
};

type Row = { readonly key: Id; readonly sealed: Sealed };

const CACHE_BYTES = 32 * 1024 * 1024;

const rowIn = ({ events, made: { sealed } }: StateRecord): Row | undefined => {
  const written = events.find((event) => event.type === 'SecretWritten');
  return written === undefined || sealed === null ? undefined : { key: written.key, sealed };
};

const rowOf = (replica: Replica, message: LogMessage): Row | undefined => {
  const decoded = StateRecord.decode(JSON.parse(fromUtf8(message.data)));
  return isLeft(decoded) || !isAuthentic(replica, message, decoded.right.prev) ? undefined : rowIn(decoded.right);
};

type Open<A> = (key: Redacted<Uint8Array>, sealed: Sealed, place: ValuePlace) => A | undefined;

/** Of a rotation all who wait are told the same value, in one turn: it is opened once for them, and forgotten with the turn. */
const makeOnceATurn = <A>() => {
  let last: { readonly name: string; readonly made: A } | undefined;
  return (name: string, make: () => A): A => {
    if (last?.name === name) return last.made;
    if (last === undefined) setImmediate(() => (last = undefined));
    last = { name, made: make() };
    return last.made;
  };
};

export const makeValues = (replica: Replica): Values => {
  const { keyring, log } = replica;
  const onceATurn = makeOnceATurn<Ciphertext | undefined>();
  // Ciphertext only: what is in memory for long is no more than what is on the broker's disk.
  const rows = new LRUCache<number, Row>({ maxSize: CACHE_BYTES, sizeCalculation: ({ sealed }) => sealed.box.length + 200 });

  const fetchRow = async (seq: number): Promise<Row | undefined> => {
    const known = rows.get(seq);
    if (known !== undefined) return known;
    const found = await log.at(seq)();
    if (isLeft(found) || isNone(found.right)) return undefined;
    const row = rowOf(replica, found.right.value);
    if (row !== undefined) rows.set(seq, row);
    return row;
  };

  const fetched = async <A>(open: Open<A>, path: SecretPath, { seq, version }: SecretVersion): Promise<A | undefined> => {
    const row = await fetchRow(seq);
    const key = row === undefined ? undefined : await keyring.open(row.key);
    if (row === undefined || key === undefined || isLeft(key)) return undefined;
    return open(key.right, row.sealed, { path, version: version as Version, keyId: row.key });
  };

  return {
    keep: ({ seq, verdict }) => {
      const row = verdict._tag === 'state' ? rowIn(verdict.record) : undefined;
      if (row !== undefined) rows.set(seq, row);
    },
    open: async (path, version) => {
      const opened = await fetched(openValue, path, version);
      return opened === undefined ? left(refuse('unavailable')) : right(opened);
    },
    told: (path, version) => {
      const row = rows.get(version.seq);
      const key = row === undefined ? undefined : keyring.opened(row.key);
      if (row === undefined || key === undefined) return fetched(openValueText, path, version);
      return onceATurn(`${version.seq} ${path}`, () => openValueText(key, row.sealed, { path, version: version.version as Version, keyId: row.key }));
    },
  };
};
