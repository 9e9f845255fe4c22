/**
 * Any command, decided: first whether who gave it may, then what it does. The door asks before it appends, every fold asks
 * again when it reads the record: only a record that is decided again to exactly its own events counts.
 */
import * as access from './access/decide.ts';
import * as admin from './admin/decide.ts';
import type { AdminCommand, Command } from './command.ts';
import type { Circumstances, Decide, Decision } from './decider.ts';
import { no } from './decider.ts';
import * as keyring from './keyring/decide.ts';
import * as namespace from './namespace/decide.ts';
import * as rollout from './rollout/decide.ts';
import * as secret from './secret/decide.ts';
import * as service from './service/decide.ts';
import type { Role } from './vocabulary.ts';
import type { World } from './world.ts';

const deciders: { readonly [O in Command['operation']]: Decide<O> } = {
  'keyring.create': keyring.createKeyring,
  'key.add': keyring.addKey,
  'key.replace': keyring.replaceKey,
  'key.rotate': keyring.rotateKeys,
  'keys.destroy': keyring.destroyKeys,
  'operator-key.replace': keyring.replaceOperatorKey,
  'admin.add': admin.addAdmin,
  'admin.remove': admin.removeAdmin,
  'namespace.create': namespace.createNamespace,
  'namespace.delete': namespace.deleteNamespace,
  'namespace.rotate': namespace.rotateNamespaceKey,
  'namespace.rekey': namespace.rekeyNamespace,
  'secret.write': secret.writeSecret,
  'secret.describe': secret.describeSecret,
  'secret.rollback': secret.rollbackSecret,
  'secret.disable': secret.disableSecret,
  'secret.enable': secret.enableSecret,
  'secret.delete': secret.deleteSecret,
  'secret.stub': secret.stubSecret,
  'credential.register': service.registerCredential,
  'credential.expire': service.expireCredential,
  'service.add': service.addService,
  'service.approve': service.approveCredential,
  'service.deny': service.denyCredential,
  'service.revoke': service.revokeCredential,
  'access.request': access.requestAccess,
  'access.expect': access.expectValue,
  'access.consume': access.consumeAccess,
  'access.grant': access.grantAccess,
  'access.deny': access.denyAccess,
  'access.revoke': access.revokeAccess,
  'rollout.report': rollout.reportRollout,
};

/** The role that a command needs; `admin` may do everything. */
export const commandRoles: { readonly [O in AdminCommand['operation']]: Exclude<Role, 'auditor'> } = {
  'secret.write': 'admin',
  'secret.describe': 'admin',
  'secret.rollback': 'admin',
  'secret.disable': 'admin',
  'secret.enable': 'admin',
  'secret.delete': 'admin',
  'namespace.create': 'admin',
  'namespace.delete': 'admin',
  'namespace.rotate': 'admin',
  'service.add': 'approver',
  'service.approve': 'approver',
  'service.deny': 'approver',
  'service.revoke': 'approver',
  'access.grant': 'approver',
  'access.deny': 'approver',
  'access.revoke': 'approver',
  'admin.add': 'admin',
  'admin.remove': 'admin',
  'key.rotate': 'admin',
};

const isAdminCommand = (command: Command): command is AdminCommand => Object.hasOwn(commandRoles, command.operation);

/** Codecs keep the origins apart already; the role is what can have been lost since. */
const mayGive = (world: World, command: Command, { signer }: Circumstances): boolean => {
  if (!isAdminCommand(command)) return signer === null;
  const admin = signer === null ? undefined : world.admins.get(signer.admin);
  if (signer === null || admin?.keys.has(signer.key) !== true) return false;
  return admin.role === 'admin' || admin.role === commandRoles[command.operation];
};

export const decide = (world: World, command: Command, circumstances: Circumstances): Decision =>
  mayGive(world, command, circumstances)
    ? (deciders[command.operation] as Decide<Command['operation']>)(world, command, circumstances)
    : no('role', command.operation);
