/**
 * The routes of what admins sign. Plain data without a codec: the server and its description are made from it, and the console,
 * which has to be small, finds here where each command goes.
 */
import type { AdminCommand } from '../../events/command.ts';

type Operation = AdminCommand['operation'];
type NameIn<O extends Operation> = O extends Operation ? Extract<keyof Extract<AdminCommand, { readonly operation: O }>, string> : never;

export type CommandRoute<O extends Operation = Operation> = {
  readonly method: 'POST' | 'DELETE';
  /** As of any route. */
  readonly path: string;
  readonly operation: O;
  /** One sentence. */
  readonly about: string;
  /** What each named segment holds: fields of the command, with colons between. */
  readonly params: Readonly<Record<string, ReadonlyArray<NameIn<O>>>>;
  /** Where two routes lead to one operation, that of the second; that of the operation otherwise. */
  readonly name: string;
};

const to = <O extends Operation>(method: 'POST' | 'DELETE', path: string, operation: O, about: string, params: CommandRoute<O>['params'] = {}, name: string = operation): CommandRoute<O> => ({
  ...{ method, path, operation, about, params, name },
});

const secret = { id: ['path'] } as const;
const token = { id: ['service', 'fingerprint'] } as const;
const access = { id: ['service', 'target'] } as const;
const namespace = { id: ['namespace'] } as const;
const admin = { id: ['admin'] } as const;

/** Of two for one operation the first takes whatever the command is about. */
export const commandRoutes = [
  to('POST', '/secrets', 'secret.write', 'A value becomes the current version.'),
  to('POST', '/secrets/:id/rollback', 'secret.rollback', 'The value of an older version becomes a new version.', secret),
  to('POST', '/secrets/:id/disable', 'secret.disable', 'Nobody can read it until it is enabled.', secret),
  to('POST', '/secrets/:id/enable', 'secret.enable', 'It can be read again.', secret),
  to('POST', '/secrets/:id/describe', 'secret.describe', 'What it is for.', secret),
  to('DELETE', '/secrets/:id', 'secret.delete', 'All its versions are destroyed.', secret),
  to('POST', '/services', 'service.add', 'A service with a key that an admin brings: approved at once.'),
  to('POST', '/service-tokens/:id/approve', 'service.approve', 'The credential counts from now on.', token),
  to('POST', '/service-tokens/:id/deny', 'service.deny', 'The credential is refused.', token),
  to('POST', '/service-tokens/:id/revoke', 'service.revoke', 'The credential does not count any more.', token),
  to('POST', '/access-requests', 'access.grant', 'Access that nobody has asked for, also to a prefix.', {}, 'access.give'),
  to('POST', '/access-requests/:id/approve', 'access.grant', 'A service may read it: for ever, for a time, or once.', access),
  to('POST', '/access-requests/:id/deny', 'access.deny', 'A service may not read it, whatever a wider grant says.', access),
  to('POST', '/access-requests/:id/revoke', 'access.revoke', 'The grant ends.', access),
  to('DELETE', '/namespaces/:id', 'namespace.delete', 'All its secrets are destroyed.', namespace),
  to('POST', '/namespaces/:id/rotate', 'namespace.rotate', 'Another key for what is written from now on.', namespace),
  to('POST', '/namespaces/:id/keys', 'namespace.access-key.issue', 'One more access key: whoever signs has made it, and only its digest is sent.', namespace),
  to('DELETE', '/namespaces/:id/keys/:key', 'namespace.access-key.revoke', 'The access key, by its id, does not count any more.', { ...namespace, key: ['key'] }),
  to('POST', '/keys/rotate', 'key.rotate', 'Keys of the service are replaced.'),
  to('POST', '/admins', 'admin.add', 'An admin, or one more key of one.'),
  to('DELETE', '/admins/:id', 'admin.remove', 'The admin and all their keys.', admin),
  to('POST', '/admins/:id/keys', 'admin.key.add', 'One more key of an admin, such as that of a browser. Of others: role admin.', admin),
  to('DELETE', '/admins/:id/keys/:key', 'admin.key.remove', 'The key does not count any more. Of others: role admin.', { ...admin, key: ['key'] }),
  to('DELETE', '/admins/:id/keys/:key/signed', 'admin.key.remove-all', 'The key, and all keys, tokens and access keys that it has signed, and that those have, do not count any more, but for the key that signs for this. Of others: role admin.', { ...admin, key: ['key'] }),
  to('POST', '/admins/:id/logout', 'admin.logout', 'All sessions of the admin end, at every replica. Of others: role admin.', admin),
  to('POST', '/api-tokens', 'token.issue', 'A token for this API: whoever signs has made it, and only its digest is sent.'),
  to('DELETE', '/api-tokens/:id', 'token.revoke', 'The token does not count any more.', { id: ['token'] }),
] as const;

/** What has a route: an admin's namespace begins with its first secret. */
export type RoutedCommand = Extract<AdminCommand, { readonly operation: (typeof commandRoutes)[number]['operation'] }>;
