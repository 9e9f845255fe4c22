/** Values, read from the log by the place of their version: the record's MAC is checked again, then its ciphertext is opened. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import { LRUCache } from 'lru-cache';
import { equalText, fromUtf8 } from '../../crypto/bytes.ts';
import { logMac } from '../../crypto/log.ts';
import { openValue, type SaltedValue } from '../../crypto/value.ts';
import type { LogMessage } from '../../events/log/log.ts';
import { StateRecord, type Sealed } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Id, SecretPath, Version } from '../../events/vocabulary.ts';
import type { SecretVersion } from '../../events/world.ts';
import type { Replica } from './replica.ts';

export type Values = {
  /** Salt and value of a version; `unavailable` when the log, or the key, cannot be had. */
  readonly open: (path: SecretPath, version: SecretVersion) => Promise<Either<Refusal, SaltedValue>>;
};

type Row = { readonly key: Id; readonly sealed: Sealed };

const CACHE_BYTES = 32 * 1024 * 1024;

export const makeValues = (replica: Replica): Values => {
  // Ciphertext only: what is in memory for long is no more than what is on the broker's disk.
  const rows = new LRUCache<number, Row>({ maxSize: CACHE_BYTES, sizeCalculation: ({ sealed }) => sealed.box.length + 200 });

  const authentic = ({ mac, subject, data }: LogMessage, prev: number): boolean => {
    const id = mac.slice(0, mac.indexOf('.'));
    const key = replica.keyring.opened(id);
    return key !== undefined && equalText(mac, `${id}.${logMac(key.reveal(), subject, prev, data)}`);
  };

  const rowOf = (message: LogMessage): Row | undefined => {
    const decoded = StateRecord.decode(JSON.parse(fromUtf8(message.data)));
    if (isLeft(decoded) || !authentic(message, decoded.right.prev)) return undefined;
    const written = decoded.right.events.find((event) => event.type === 'SecretWritten');
    const { sealed } = decoded.right.made;
    return written === undefined || sealed === null ? undefined : { key: written.key, sealed };
  };

  const fetchRow = async (seq: number): Promise<Row | undefined> => {
    const known = rows.get(seq);
    if (known !== undefined) return known;
    const found = await replica.log.at(seq)();
    if (isLeft(found) || isNone(found.right)) return undefined;
    const row = rowOf(found.right.value);
    if (row !== undefined) rows.set(seq, row);
    return row;
  };

  return {
    open: async (path, { seq, version }) => {
      const row = await fetchRow(seq);
      if (row === undefined) return left(refuse('unavailable'));
      const key = await replica.keyring.open(row.key);
      if (isLeft(key)) return left(refuse('unavailable'));
      const opened = openValue(key.right, row.sealed, { path, version: version as Version, keyId: row.key });
      return opened === undefined ? left(refuse('unavailable')) : right(opened);
    },
  };
};
