/** The keys of admins as far as signatures alone can tell: each is vouched for by one before it, the first by the keyring. */
import type { AdminCommand } from '../events/command.ts';
import { Statement, type StateRecord } from '../events/record.ts';
import type { AdminName, PublicKey, Role } from '../events/vocabulary.ts';
import { signatureHolds, signedOf } from './verify.ts';
import type { Fault } from './chain.ts';

/** `by`: the key that added it last. */
type Signer = { readonly admin: AdminName; readonly role: Role; readonly active: boolean; readonly by: PublicKey | null };
type Signers = Map<PublicKey, Signer>;

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

const ofAdmin = (signers: Signers, admin: AdminName) => [...signers].filter(([, signer]) => signer.admin === admin);

/** The key itself, and each that was added by it or by one of those. */
const withAllOf = (signers: Signers, first: PublicKey): ReadonlySet<PublicKey> => {
  const all = new Set([first]);
  // What is put into a set while it is gone through is come to as well.
  for (const one of all) for (const [key, { by }] of signers) if (by === one) all.add(key);
  return all;
};

/** Which keys a command takes away. */
const removedBy = (signers: Signers, command: AdminCommand): ReadonlyArray<PublicKey> => {
  switch (command.operation) {
    case 'admin.remove':
      return ofAdmin(signers, command.admin).map(([key]) => key);
    case 'admin.key.remove':
      return ofAdmin(signers, command.admin).flatMap(([key]) => (key === command.key ? [key] : []));
    case 'admin.key.remove-all':
      return [...withAllOf(signers, command.key)];
    default:
      return [];
  }
};

const OF_OWN_KEYS: ReadonlyArray<string> = ['admin.key.add', 'admin.key.remove', 'admin.key.remove-all'];

/** What a command does to the keys, where it is the signer's to give: the keys of others are for the role admin. */
const learn = (signers: Signers, of: PublicKey, by: Signer, command: AdminCommand): void => {
  const isOwnKey = OF_OWN_KEYS.includes(command.operation) && 'admin' in command && command.admin === by.admin;
  if (by.role !== 'admin' && !isOwnKey) return;
  const { operation } = command;
  if (operation === 'admin.add') signers.set(command.key, { admin: command.admin, role: command.role, active: true, by: of });
  const role = operation === 'admin.key.add' ? ofAdmin(signers, command.admin)[0]?.[1].role : undefined;
  if (operation === 'admin.key.add' && role !== undefined) signers.set(command.key, { admin: command.admin, role, active: true, by: of });
  for (const key of removedBy(signers, command)) {
    const signer = signers.get(key);
    if (signer !== undefined) signers.set(key, { ...signer, active: false });
  }
};

const learnFirst = (signers: Signers, { origin }: StateRecord): void => {
  if (signers.size > 0 || origin.by !== 'replica' || origin.command.operation !== 'keyring.create') return;
  signers.set(origin.command.adminKey, { admin: origin.command.admin, role: 'admin', active: true, by: null });
};

const plain: Standing = { fault: undefined, anchor: false };
const faulty = (fault: Fault): Standing => ({ fault, anchor: false });

/**
 * Judges records in the order of the log.
 * @returns an anchor is the first record of a statement, by a key that was valid then. Statements travel sealed, so only a
 * writer that the admin chose can have been first; a later record may be a copy.
 */
export const makeSigners = (): ((record: StateRecord) => Standing) => {
  const signers: Signers = new Map();
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
    if (record.events.length > 0) learn(signers, signed.key, signer, statement.command);
    return { fault: undefined, anchor: true };
  };
};
