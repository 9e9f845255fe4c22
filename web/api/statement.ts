/** Calls signed by this browser's key: the very statement that the command line signs. */
import { statementBytes } from '../../crypto/statement.ts';
import type { AdminCommand } from '../../events/command.ts';
import type { Id, Instant, PublicKey, Signature } from '../../events/vocabulary.ts';
import type { OpenSession } from '../../protocol/http/session.ts';
import { statementText } from '../../protocol/statement.ts';
import type { SealedRequest } from '../../protocol/wire.ts';
import { newId } from './base64.ts';
import { signedBy } from './browser-key.ts';
import type { Identity } from './identity.ts';

/** The body of a call that changes something. */
export type SignedCall = {
  readonly statement: string;
  readonly key: PublicKey;
  readonly signature: Signature;
  readonly sealed?: SealedRequest;
};

/** A name for a statement, which a value is tied to before the statement is signed. */
export const newStatementId = (): Id => newId() as Id;

/** @param id new for each command: whatever comes twice is carried out once */
export const signCommand = async (identity: Identity, command: AdminCommand | OpenSession, id = newStatementId()): Promise<SignedCall> => {
  const statement = statementText(identity, { id, at: Date.now() as Instant }, command);
  return { statement, key: identity.key.publicKey, signature: await signedBy(identity.key, statementBytes(statement)) };
};
