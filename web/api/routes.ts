/** Where a command is sent: each has a route of its own, whose address names what it is about. */
import type { AdminCommand } from '../../events/command.ts';
import type { Http } from './http.ts';

type Route = readonly [method: Parameters<Http['send']>[0], path: string];

/** One segment of an address. */
export const segment = (id: string): string => encodeURIComponent(id);

const verb = (operation: string): string => operation.slice(operation.indexOf('.') + 1);

const ofSecret = (path: string, operation: string): Route => ['POST', `/secrets/${segment(path)}/${verb(operation)}`];
const ofToken = (service: string, fingerprint: string, operation: string): Route => ['POST', `/service-tokens/${segment(`${service}:${fingerprint}`)}/${verb(operation)}`];
const ofAccess = (service: string, target: string, operation: string): Route => ['POST', `/access-requests/${segment(`${service}:${target}`)}/${verb(operation)}`];

/** What the console gives: namespaces begin with their first secret, and their access keys are handed out elsewhere. */
export type ConsoleCommand = Exclude<AdminCommand, { readonly operation: 'namespace.create' | `namespace.access-key.${string}` }>;

/** The route of a command. */
// eslint-disable-next-line max-lines-per-function -- one line for each command there is
export const routeOf = (command: ConsoleCommand): Route => {
  switch (command.operation) {
    case 'secret.write':
      return ['POST', '/secrets'];
    case 'secret.rollback':
    case 'secret.disable':
    case 'secret.enable':
    case 'secret.describe':
      return ofSecret(command.path, command.operation);
    case 'secret.delete':
      return ['DELETE', `/secrets/${segment(command.path)}`];
    case 'service.add':
      return ['POST', '/services'];
    case 'service.approve':
    case 'service.deny':
    case 'service.revoke':
      return ofToken(command.service, command.fingerprint, command.operation);
    case 'access.grant':
      return ['POST', '/access-requests'];
    case 'access.deny':
    case 'access.revoke':
      return ofAccess(command.service, command.target, command.operation);
    case 'namespace.delete':
      return ['DELETE', `/namespaces/${segment(command.namespace)}`];
    case 'namespace.rotate':
      return ['POST', `/namespaces/${segment(command.namespace)}/rotate`];
    case 'key.rotate':
      return ['POST', '/keys/rotate'];
    case 'admin.add':
      return ['POST', '/admins'];
    case 'admin.remove':
      return ['DELETE', `/admins/${segment(command.admin)}`];
    case 'admin.key.add':
      return ['POST', `/admins/${segment(command.admin)}/keys`];
    case 'admin.key.remove':
      return ['DELETE', `/admins/${segment(command.admin)}/keys/${segment(command.key)}`];
    case 'admin.key.remove-all':
      return ['DELETE', `/admins/${segment(command.admin)}/keys/${segment(command.key)}/signed`];
    case 'admin.logout':
      return ['POST', `/admins/${segment(command.admin)}/logout`];
    case 'token.issue':
      return ['POST', '/api-tokens'];
    case 'token.revoke':
      return ['DELETE', `/api-tokens/${segment(command.token)}`];
  }
};
