/** All commands, by who may give them. */
import * as t from 'io-ts';
import * as access from './access/access.ts';
import * as admin from './admin/admin.ts';
import * as keyring from './keyring/keyring.ts';
import * as namespace from './namespace/namespace.ts';
import * as rollout from './rollout/rollout.ts';
import * as secret from './secret/secret.ts';
import * as service from './service/service.ts';
import type { Subjects } from './subjects.ts';
import { namespaceOf } from './vocabulary.ts';

/** Commands that an admin signs. */
export const AdminCommand = t.union(
  [
    secret.WriteSecret,
    secret.DescribeSecret,
    secret.RollbackSecret,
    secret.DisableSecret,
    secret.EnableSecret,
    secret.DeleteSecret,
    namespace.CreateNamespace,
    namespace.RotateNamespaceKey,
    namespace.DeleteNamespace,
    namespace.IssueAccessKey,
    namespace.RevokeAccessKey,
    service.AddService,
    service.ApproveCredential,
    service.DenyCredential,
    service.RevokeCredential,
    access.GrantAccess,
    access.DenyAccess,
    access.RevokeAccess,
    admin.AddAdmin,
    admin.RemoveAdmin,
    admin.AddAdminKey,
    admin.RemoveAdminKey,
    admin.RemoveAllOfAdminKey,
    admin.LogOutAdmin,
    admin.IssueToken,
    admin.RevokeToken,
    keyring.RotateKeys,
  ],
  'AdminCommand',
);
export type AdminCommand = t.TypeOf<typeof AdminCommand>;

/** Commands that the bearer of an API token gives. */
export const TokenCommand = secret.WriteSecret;
export type TokenCommand = t.TypeOf<typeof TokenCommand>;

/** Commands that whoever holds an access key gives, in its own namespace only. */
export const AccessKeyCommand = t.union([secret.WriteSecret, secret.DeleteSecret, namespace.DeleteNamespace], 'AccessKeyCommand');
export type AccessKeyCommand = t.TypeOf<typeof AccessKeyCommand>;

/** Commands that a requesting program gives, in its own name only. */
export const ServiceCommand = t.union([service.RegisterCredential, rollout.ReportRollout], 'ServiceCommand');
export type ServiceCommand = t.TypeOf<typeof ServiceCommand>;

/** What a replica does by itself, each because of something that stands in the log before it. */
export const ReplicaCommand = t.union(
  [
    keyring.CreateKeyring,
    keyring.AddKey,
    keyring.ReplaceKey,
    keyring.ReplaceOperatorKey,
    keyring.DestroyKeys,
    namespace.RekeyNamespace,
    namespace.IssueNamespace,
    service.ExpireCredential,
    secret.StubSecret,
    access.RequestAccess,
    access.ExpectValue,
    access.ConsumeAccess,
  ],
  'ReplicaCommand',
);
export type ReplicaCommand = t.TypeOf<typeof ReplicaCommand>;

export type Command = AdminCommand | TokenCommand | AccessKeyCommand | ServiceCommand | ReplicaCommand;
export type CommandOf<O extends Command['operation']> = Extract<Command, { operation: O }>;

/** The one subject that a command changes. */
// eslint-disable-next-line max-lines-per-function -- one line for each command there is
export const subjectOf = (subjects: Subjects, command: Command): string => {
  const { state } = subjects;
  switch (command.operation) {
    case 'keyring.create':
    case 'key.add':
    case 'key.replace':
    case 'key.rotate':
    case 'keys.destroy':
    case 'operator-key.replace':
      return state.keyring;
    case 'admin.add':
    case 'admin.remove':
    case 'admin.key.add':
    case 'admin.key.remove':
    case 'admin.key.remove-all':
    case 'admin.logout':
    case 'token.issue':
    case 'token.revoke':
      return state.admin(command.admin);
    case 'namespace.create':
    case 'namespace.delete':
    case 'namespace.rotate':
    case 'namespace.rekey':
    case 'namespace.issue':
    case 'namespace.access-key.issue':
    case 'namespace.access-key.revoke':
      return state.namespace(command.namespace);
    case 'secret.write':
    case 'secret.describe':
    case 'secret.rollback':
    case 'secret.disable':
    case 'secret.enable':
    case 'secret.delete':
    case 'secret.stub':
      return state.secret(command.path);
    case 'credential.register':
    case 'credential.expire':
    case 'service.add':
    case 'service.approve':
    case 'service.deny':
    case 'service.revoke':
      return state.service(command.service);
    case 'access.request':
    case 'access.expect':
    case 'access.consume':
    case 'access.grant':
    case 'access.deny':
    case 'access.revoke':
      return state.access(command.service, command.target);
    case 'rollout.report':
      return state.rollout(command.service);
  }
};

/** A first write into a namespace makes the namespace: the step before it, in the same name. */
export const stepBefore = (command: Command): Command | undefined =>
  command.operation === 'secret.write' ? { operation: 'namespace.create', namespace: namespaceOf(command.path) } : undefined;
