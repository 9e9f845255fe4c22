/** A record as bytes under its MAC, ready to be appended after the messages that were folded. */
import { logMac } from '../../crypto/log.ts';
import { utf8 } from '../../crypto/bytes.ts';
import { randomId } from '../../crypto/random.ts';
import { fits } from '../../events/fits.ts';
import type { Draft } from '../../events/log/log.ts';
import { StateRecord, type ReadRecord } from '../../events/record.ts';
import { sure, Instant, Sequence, type Id } from '../../events/vocabulary.ts';
import type { Replica } from './replica.ts';

type Common = 'v' | 'kind' | 'id' | 'at' | 'writer' | 'prev' | 'head';
export type Content =
  | ({ readonly kind: 'state' } & Omit<StateRecord, Common>)
  | ({ readonly kind: 'read' } & Omit<ReadRecord, Common>);

export type Written = { readonly id: Id; readonly draft: Draft };

/** What fits its codec is its own encoding; anything more than that is taken away before it is stored. A read is made of what was decoded just now. */
const encoded = (record: StateRecord | ReadRecord): unknown =>
  record.kind === 'read' || fits(StateRecord, record) ? record : StateRecord.encode(record);

/** The last one that is open: one that was added just now is being opened, and the one before it counts for a moment longer. */
const newestLogKey = ({ fold, keyring }: Replica): Id | undefined =>
  [...(fold.world.keyring?.keys.values() ?? [])].findLast(({ id, purpose }) => purpose === 'log' && keyring.opened(id) !== undefined)?.id;

/**
 * @param prev sequence of the message before it on the subject
 * @param firstKey the log key of a keyring that this very record creates
 * @returns undefined as long as there is no log key, or the log may be another one than was folded
 */
export const writeRecord = (replica: Replica, subject: string, prev: number, content: Content, firstKey?: Id): Written | undefined => {
  if (!replica.mayWrite()) return undefined;
  const key = firstKey ?? newestLogKey(replica);
  const macKey = key === undefined ? undefined : replica.keyring.opened(key);
  if (key === undefined || macKey === undefined) return undefined;
  const id = randomId();
  const common = { v: 1, id, at: sure(Instant, Date.now()), writer: replica.id, prev: sure(Sequence, prev), head: replica.fold.head() } as const;
  const data = utf8(JSON.stringify(encoded({ ...common, ...content })));
  return { id, draft: { subject, prev, data, mac: `${key}.${logMac(macKey.reveal(), subject, prev, data)}` } };
};
