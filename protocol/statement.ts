/** A command as an admin signs it, the same text from the command line and from a browser. */
import type { OpenStatement } from '../events/record.ts';

/** Which installation it is meant for, and whose it is. */
export type StatementBy = Pick<OpenStatement, 'keyring' | 'admin'>;
/** `id`: new for each. `at`: the clock of the admin's machine. */
export type StatementMade = Pick<OpenStatement, 'id' | 'at'>;

/** The exact text that is signed and sent; made once, so that every copy of it is the same one. */
export const statementText = ({ keyring, admin }: StatementBy, { id, at }: StatementMade, command: unknown): string => {
  const statement: OpenStatement = { v: 1, keyring, id, at, admin, command };
  return JSON.stringify(statement);
};
