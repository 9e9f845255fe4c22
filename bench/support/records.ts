/**
 * Records of a log, written and folded in this process without asking a server about each: valid in every respect but the
 * signatures of admins, which only doors and auditors look at, and ciphertexts, which nothing opens.
 */
import { utf8 } from '../../crypto/bytes.ts';
import { logMac } from '../../crypto/log.ts';
import { randomId } from '../../crypto/random.ts';
import { type Command, subjectOf } from '../../events/command.ts';
import { decide } from '../../events/decide.ts';
import type { Actor } from '../../events/decider.ts';
import type { Fold } from '../../events/fold/fold.ts';
import type { LogMessage } from '../../events/log/log.ts';
import type { ReadAttempt } from '../../events/read/read.ts';
import { madeNothing, type Made, type Origin } from '../../events/record.ts';
import type { Subjects } from '../../events/subjects.ts';
import type { AdminName, Id, PublicKey } from '../../events/vocabulary.ts';

/** What writing needs: a fold that stands at the end of the log, and the key of its MACs. */
export type Pen = {
  readonly subjects: Subjects;
  readonly fold: Fold;
  readonly logKey: { readonly id: Id; readonly bytes: Uint8Array };
  readonly admin: { readonly name: AdminName; readonly key: PublicKey };
};

export type Records = {
  /** `signed`: the command of the statement, where the record is a step before it. */
  readonly byAdmin: (command: Command, made?: Partial<Made>, signed?: Command) => LogMessage;
  readonly byService: (command: Command) => LogMessage;
  readonly byReplica: (command: Command) => LogMessage;
  readonly reads: (writer: string, reads: ReadonlyArray<ReadAttempt>) => LogMessage;
};

const SIGNATURE = 'A'.repeat(86);

export const recordsOf = ({ subjects, fold, logKey, admin }: Pen): Records => {
  /** It stands behind everything that was folded, and is folded itself. */
  const write = (subject: string, writer: string, content: object): LogMessage => {
    const [prev, time] = [fold.previous(subject), Date.now()];
    const data = utf8(JSON.stringify({ v: 1, id: randomId(), at: time, writer, prev, head: fold.head(), ...content }));
    const message = { subject, seq: fold.applied() + 1, time, data, mac: `${logKey.id}.${logMac(logKey.bytes, subject, prev, data)}` };
    const { verdict } = fold.apply(message);
    if (verdict._tag !== 'state' && verdict._tag !== 'read') throw new Error(`a record does not count: ${JSON.stringify(verdict)}`);
    return message;
  };
  const state = (origin: Origin, command: Command, change: Partial<Made>): LogMessage => {
    const made = { ...madeNothing, ...change };
    const actor: Actor = origin.by === 'admin' ? { by: 'admin', admin: admin.name, key: admin.key } : { by: 'replica' };
    const decision = decide(fold.world, command, { made, actor, now: Date.now() });
    if (decision._tag === 'Left') throw new Error(`refused: ${decision.left.code} ${decision.left.detail ?? ''}`);
    return write(subjectOf(subjects, command), 'r-writer', { kind: 'state', origin, made, events: decision.right });
  };
  const statement = (command: Command): string =>
    JSON.stringify({ v: 1, keyring: fold.world.keyring?.id, id: randomId(), at: Date.now(), admin: admin.name, command });
  return {
    byAdmin: (command, made = {}, signed = command) =>
      state({ by: 'admin', statement: statement(signed), key: admin.key, signature: SIGNATURE as never }, command, made),
    byService: (command) => state({ by: 'service', id: randomId(), command } as Origin, command, {}),
    byReplica: (command) => state({ by: 'replica', id: randomId(), command } as Origin, command, {}),
    reads: (writer, reads) => write(subjects.read(writer as never), writer, { kind: 'read', reads, namespaces: [], refusals: [] }),
  };
};
