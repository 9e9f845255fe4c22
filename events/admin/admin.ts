/** Admins, their keys, the sessions of their browsers, and the tokens that they give to programs for the HTTP API. */
import * as t from 'io-ts';
import { command, event, orNull } from '../codec.ts';
import { AdminName, Digest, Id, Instant, Label, Note, PublicKey, Role, TokenRole } from '../vocabulary.ts';

/** A new admin, or one more key for an admin who has that role already. */
export const AddAdmin = command('admin.add', { admin: AdminName, key: PublicKey, role: Role });
export const RemoveAdmin = command('admin.remove', { admin: AdminName });

/** One more key: of a browser, or of another machine. `label` is what its owner knows it by. */
export const AddAdminKey = command('admin.key.add', { admin: AdminName, key: PublicKey, label: orNull(Note) });
export const RemoveAdminKey = command('admin.key.remove', { admin: AdminName, key: PublicKey });
/** The key and all that it has signed: the keys that it added, those that these added, and so on, and the tokens and access keys that any of them issued. */
export const RemoveAllOfAdminKey = command('admin.key.remove-all', { admin: AdminName, key: PublicKey });
/** Ends the sessions of all browsers of an admin. */
export const LogOutAdmin = command('admin.logout', { admin: AdminName });

/** `admin`: whose token it is; `digest` that of the token, `until` when it ends. */
const apiToken = { admin: AdminName, token: Id, label: Label, role: TokenRole, digest: Digest, until: Instant };
export const IssueToken = command('token.issue', apiToken);
export const RevokeToken = command('token.revoke', { admin: AdminName, token: Id });

export const AdminAdded = event('AdminAdded', { admin: AdminName, key: PublicKey, role: Role });
export const AdminKeyAdded = event('AdminKeyAdded', { admin: AdminName, key: PublicKey, label: orNull(Note) });
export const AdminKeyRemoved = event('AdminKeyRemoved', { admin: AdminName, key: PublicKey });
/** What goes with the key is found at this place of the log, whatever it is by then. */
export const AdminKeyRemovedWithAll = event('AdminKeyRemovedWithAll', { admin: AdminName, key: PublicKey });
export const AdminLoggedOut = event('AdminLoggedOut', { admin: AdminName });
export const AdminRemoved = event('AdminRemoved', { admin: AdminName });
export const ApiTokenIssued = event('ApiTokenIssued', apiToken);
export const ApiTokenRevoked = event('ApiTokenRevoked', { admin: AdminName, token: Id });

export const AdminEvent = t.union(
  [AdminAdded, AdminKeyAdded, AdminKeyRemoved, AdminKeyRemovedWithAll, AdminLoggedOut, AdminRemoved, ApiTokenIssued, ApiTokenRevoked],
  'AdminEvent',
);
