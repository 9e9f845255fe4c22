/**
 * Any command, decided: first whether who gave it may, then what it does. The door asks before it appends, every fold asks
 * again when it reads the record: only a record that is decided again to exactly its own events counts.
 */
import * as access from './access/decide.ts';
import * as admin from './admin/decide.ts';
import type { AdminCommand, Command } from './command.ts';
import type { Actor, Circumstances, Decide, Decision } from './decider.ts';
import { no } from './decider.ts';
import * as keyring from './keyring/decide.ts';
import * as namespace from './namespace/decide.ts';
import * as rollout from './rollout/decide.ts';
import * as secret from './secret/decide.ts';
import * as service from './service/decide.ts';
import { namespaceOf, type Namespace, type Role } from './vocabulary.ts';
import { isAccessKeyOf, isInForce, type World } from './world.ts';

const deciders: { readonly [O in Command['operation']]: Decide<O> } = {
  'keyring.create': keyring.createKeyring,
  'key.add': keyring.addKey,
  'key.replace': keyring.replaceKey,
  'key.rotate': keyring.rotateKeys,
  'keys.destroy': keyring.destroyKeys,
  'operator-key.replace': keyring.replaceOperatorKey,
  'admin.add': admin.addAdmin,
  'admin.remove': admin.removeAdmin,
  'admin.key.add': admin.addAdminKey,
  'admin.key.remove': admin.removeAdminKey,
  'admin.key.remove-all': admin.removeAllOfAdminKey,
  'admin.logout': admin.logOutAdmin,
  'token.issue': admin.issueToken,
  'token.revoke': admin.revokeToken,
  'namespace.create': namespace.createNamespace,
  'namespace.delete': namespace.deleteNamespace,
  'namespace.rotate': namespace.rotateNamespaceKey,
  'namespace.rekey': namespace.rekeyNamespace,
  'namespace.issue': namespace.issueNamespace,
  'namespace.access-key.issue': namespace.issueAccessKey,
  'namespace.access-key.revoke': namespace.revokeAccessKey,
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

/** The role that a command needs; what says `auditor` is open to every role. */
export const commandRoles: { readonly [O in AdminCommand['operation']]: Role } = {
  'secret.write': 'admin',
  'secret.describe': 'admin',
  'secret.rollback': 'admin',
  'secret.disable': 'admin',
  'secret.enable': 'admin',
  'secret.delete': 'admin',
  'namespace.create': 'admin',
  'namespace.delete': 'admin',
  'namespace.rotate': 'admin',
  'namespace.access-key.issue': 'admin',
  'namespace.access-key.revoke': 'admin',
  'service.add': 'approver',
  'service.approve': 'approver',
  'service.deny': 'approver',
  'service.revoke': 'approver',
  'access.grant': 'approver',
  'access.deny': 'approver',
  'access.revoke': 'approver',
  'admin.add': 'admin',
  'admin.remove': 'admin',
  // Of one's own; the decision keeps those of others for the role admin.
  'admin.key.add': 'auditor',
  'admin.key.remove': 'auditor',
  'admin.key.remove-all': 'auditor',
  'admin.logout': 'auditor',
  'token.issue': 'admin',
  'token.revoke': 'admin',
  'key.rotate': 'admin',
};

const isAdminCommand = (command: Command): command is AdminCommand => Object.hasOwn(commandRoles, command.operation);

/** Whether a role is enough where another one is needed: `admin` may do everything, and everybody what is open to auditors. */
export const isEnough = (role: Role, needed: Role): boolean => role === 'admin' || role === needed || needed === 'auditor';

const adminMay = (world: World, command: Command, { admin, key }: Extract<Actor, { by: 'admin' }>): boolean => {
  const known = world.admins.get(admin);
  return isAdminCommand(command) && known?.keys.has(key) === true && isEnough(known.role, commandRoles[command.operation]);
};

/** Writing a value, and the creation of the namespace that goes before it. */
const tokenMay = (world: World, { operation }: Command, { token, label }: Extract<Actor, { by: 'token' }>, now: number): boolean => {
  const known = world.tokens.get(token);
  const isWriter = known?.role === 'writer' && known.label === label && isInForce(known, now);
  return isWriter && (operation === 'secret.write' || operation === 'namespace.create');
};

/** Which namespace a command of an access key is about. */
const namespaceFor = (command: Command): Namespace | undefined => {
  if (command.operation === 'secret.write' || command.operation === 'secret.delete') return namespaceOf(command.path);
  return command.operation === 'namespace.delete' || command.operation === 'namespace.create' ? command.namespace : undefined;
};

const accessKeyMay = (world: World, command: Command, { key }: Extract<Actor, { by: 'access-key' }>): boolean => {
  const namespace = namespaceFor(command);
  return namespace !== undefined && isAccessKeyOf(world, namespace, key);
};

/** Codecs keep the origins apart already; what can have been lost since is the role, the key, the token. */
const mayGive = (world: World, command: Command, { actor, now }: Circumstances): boolean => {
  switch (actor.by) {
    case 'admin':
      return adminMay(world, command, actor);
    case 'token':
      return tokenMay(world, command, actor, now);
    case 'access-key':
      return accessKeyMay(world, command, actor);
    case 'service':
    case 'replica':
      return !isAdminCommand(command);
  }
};

export const decide = (world: World, command: Command, circumstances: Circumstances): Decision =>
  mayGive(world, command, circumstances)
    ? (deciders[command.operation] as Decide<Command['operation']>)(world, command, circumstances)
    : circumstances.actor.by === 'access-key'
      ? no('unauthorized')
      : no('role', command.operation);
