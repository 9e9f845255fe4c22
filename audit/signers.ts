/** The keys of admins as far as signatures alone can tell: each is vouched for by one before it, the first by the keyring. */
import type { AdminCommand } from '../events/command.ts';
import { Statement, type StateRecord } from '../events/record.ts';
import type { AdminName, PublicKey, Role } from '../events/vocabulary.ts';
import { signatureHolds, signedOf } from './verify.ts';
import type { Fault } from './chain.ts';

type Signer = { readonly admin: AdminName; readonly role: Role; readonly active: boolean };

/** What can be said of a record by its signature. */
export type Standing = { readonly fault: Fault | undefined; readonly anchor: boolean };

const statementOf = (text: string): Statement | undefined => {
  try {
    const decoded = Statement.decode(JSON.parse(text));
    return decoded._tag === 'Right' ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

const learn = (signers: Map<PublicKey, Signer>, command: AdminCommand): void => {
  if (command.operation === 'admin.add') signers.set(command.key, { admin: command.admin, role: command.role, active: true });
  if (command.operation !== 'admin.remove') return;
  for (const [key, signer] of signers) if (signer.admin === command.admin) signers.set(key, { ...signer, active: false });
};

const learnFirst = (signers: Map<PublicKey, Signer>, { origin }: StateRecord): void => {
  if (signers.size > 0 || origin.by !== 'replica' || origin.command.operation !== 'keyring.create') return;
  signers.set(origin.command.adminKey, { admin: origin.command.admin, role: 'admin', active: true });
};

const plain: Standing = { fault: undefined, anchor: false };
const faulty = (fault: Fault): Standing => ({ fault, anchor: false });

/**
 * Judges records in the order of the log.
 * @returns an anchor is the first record of a statement, by a key that was valid then. Statements travel sealed, so only a
 * writer that the admin chose can have been first; a later record may be a copy.
 */
export const makeSigners = (): ((record: StateRecord) => Standing) => {
  const signers = new Map<PublicKey, Signer>();
  const seen = new Set<string>();
  return (record) => {
    const signed = signedOf(record);
    learnFirst(signers, record);
    if (signed === undefined) return plain;
    if (!signatureHolds(signed)) return faulty('signature');
    const signer = signers.get(signed.key);
    const statement = statementOf(signed.statement);
    if (signer === undefined || statement?.admin !== signer.admin) return faulty('key');
    if (!signer.active || seen.has(statement.id)) return plain;
    seen.add(statement.id);
    if (signer.role === 'admin') learn(signers, statement.command);
    return { fault: undefined, anchor: true };
  };
};
