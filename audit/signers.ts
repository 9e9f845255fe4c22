/** The keys of admins as far as signatures alone can tell: each is vouched for by one before it, the first by the keyring. */
import { cameOf } from '../events/admin/signed.ts';
import type { AdminCommand } from '../events/command.ts';
import { Statement, type StateRecord } from '../events/record.ts';
import type { AdminName, PublicKey, Role } from '../events/vocabulary.ts';
import type { Addition } from '../events/world.ts';
import { signatureHolds, signedOf } from './verify.ts';
import type { Fault } from './chain.ts';

/** `addition`: its last one. */
type Signer = { readonly admin: AdminName; readonly role: Role; readonly active: boolean; readonly addition: number };
/** `additions`: all of them, numbered in their order, each with the one of the key that signed for it. */
type Signers = { readonly keys: Map<PublicKey, Signer>; readonly additions: Map<number, Pick<Addition, 'key' | 'by'>> };

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

const add = ({ keys, additions }: Signers, key: PublicKey, by: number | null, { admin, role }: Pick<Signer, 'admin' | 'role'>): void => {
  additions.set(additions.size, { key, by });
  keys.set(key, { admin, role, active: true, addition: additions.size - 1 });
};

const ofAdmin = ({ keys }: Signers, admin: AdminName) => [...keys].filter(([, signer]) => signer.admin === admin);

/** The key itself, and each that came of it but the one that signs for this: what the fold does. */
const withAllOf = ({ keys, additions }: Signers, first: PublicKey, of: PublicKey): ReadonlyArray<PublicKey> => {
  const all = cameOf(additions, first);
  return [...keys].flatMap(([key, { addition }]) => (key === first || (key !== of && all.has(addition)) ? [key] : []));
};

/** Which keys a command takes away. */
const removedBy = (signers: Signers, of: PublicKey, command: AdminCommand): ReadonlyArray<PublicKey> => {
  switch (command.operation) {
    case 'admin.remove':
      return ofAdmin(signers, command.admin).map(([key]) => key);
    case 'admin.key.remove':
      return ofAdmin(signers, command.admin).flatMap(([key]) => (key === command.key ? [key] : []));
    case 'admin.key.remove-all':
      return withAllOf(signers, command.key, of);
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
  if (operation === 'admin.add') add(signers, command.key, by.addition, command);
  const role = operation === 'admin.key.add' ? ofAdmin(signers, command.admin)[0]?.[1].role : undefined;
  if (operation === 'admin.key.add' && role !== undefined) add(signers, command.key, by.addition, { admin: command.admin, role });
  for (const key of removedBy(signers, of, command)) {
    const signer = signers.keys.get(key);
    if (signer !== undefined) signers.keys.set(key, { ...signer, active: false });
  }
};

const learnFirst = (signers: Signers, { origin }: StateRecord): void => {
  if (signers.keys.size > 0 || origin.by !== 'replica' || origin.command.operation !== 'keyring.create') return;
  add(signers, origin.command.adminKey, null, { admin: origin.command.admin, role: 'admin' });
};

const plain: Standing = { fault: undefined, anchor: false };
const faulty = (fault: Fault): Standing => ({ fault, anchor: false });

/**
 * Judges records in the order of the log.
 * @returns an anchor is the first record of a statement, by a key that was valid then. Statements travel sealed, so only a
 * writer that the admin chose can have been first; a later record may be a copy.
 */
export const makeSigners = (): ((record: StateRecord) => Standing) => {
  const signers: Signers = { keys: new Map(), additions: new Map() };
  const seen = new Set<string>();
  return (record) => {
    const signed = signedOf(record);
    learnFirst(signers, record);
    if (signed === undefined) return plain;
    if (!signatureHolds(signed)) return faulty('signature');
    const signer = signers.keys.get(signed.key);
    const statement = statementOf(signed.statement);
    if (signer === undefined || statement?.admin !== signer.admin) return faulty('key');
    if (!signer.active || seen.has(statement.id)) return plain;
    seen.add(statement.id);
    // Without events it was refused, or nothing was left to do.
    if (record.events.length > 0) learn(signers, signed.key, signer, statement.command);
    return { fault: undefined, anchor: true };
  };
};
