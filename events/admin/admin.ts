/** Admins and their keys. */
import * as t from 'io-ts';
import { command, event } from '../codec.ts';
import { AdminName, PublicKey, Role } from '../vocabulary.ts';

/** A new admin, or one more key for an admin who has that role already. */
export const AddAdmin = command('admin.add', { admin: AdminName, key: PublicKey, role: Role });
export const RemoveAdmin = command('admin.remove', { admin: AdminName });

export const AdminAdded = event('AdminAdded', { admin: AdminName, key: PublicKey, role: Role });
export const AdminKeyAdded = event('AdminKeyAdded', { admin: AdminName, key: PublicKey });
export const AdminRemoved = event('AdminRemoved', { admin: AdminName });

export const AdminEvent = t.union([AdminAdded, AdminKeyAdded, AdminRemoved], 'AdminEvent');
