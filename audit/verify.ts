/** Signatures of admins, which the fold leaves to doors and auditors. */
import { statementBytes, verify } from '../crypto/sign.ts';
import type { LogRecord, Origin } from '../events/record.ts';

export type Signed = Extract<Origin, { by: 'admin' }>;

/** What an admin signed for a record; none where a service or a replica caused it. */
export const signedOf = (record: LogRecord): Signed | undefined =>
  record.kind === 'state' && record.origin.by === 'admin' ? record.origin : undefined;

/** Whether the statement bears the signature of the key that it names. Whose key that was is for the fold to say. */
export const signatureHolds = ({ statement, key, signature }: Signed): boolean => verify(statementBytes(statement), signature, key);
