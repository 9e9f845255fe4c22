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

const ofAdmin = (signers: Map<PublicKey, Signer>, admin: AdminName) => [...signers].filter(([, signer]) => signer.admin === admin);

/** What a command does to the keys, where it is the signer's to give: the keys of others are for the role admin. */
const learn = (signers: Map<PublicKey, Signer>, by: Signer, command: AdminCommand): void => {
  const isOwnKey = (command.operation === 'admin.key.add' || command.operation === 'admin.key.remove') && command.admin === by.admin;
  if (by.role !== 'admin' && !isOwnKey) return;
  const { operation } = command;
  if (operation === 'admin.add') signers.set(command.key, { admin: command.admin, role: command.role, active: true });
  const role = operation === 'admin.key.add' ? ofAdmin(signers, command.admin)[0]?.[1].role : undefined;
  if (operation === 'admin.key.add' && role !== undefined) signers.set(command.key, { admin: command.admin, role, active: true });
  if (operation !== 'admin.key.remove' && operation !== 'admin.remove') return;
  for (const [key, signer] of ofAdmin(signers, command.admin))
    if (operation === 'admin.remove' || command.key === key) signers.set(key, { ...signer, active: false });
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
    // Without events it was refused, or nothing was left to do.
    if (record.events.length > 0) learn(signers, signer, statement.command);
    return { fault: undefined, anchor: true };
  };
};
