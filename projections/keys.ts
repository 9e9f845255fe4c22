/** The keys of entries. They are the same under every prefix of subjects. */
import { subjectsUnder } from '../events/subjects.ts';
import type { Fingerprint, Id, Namespace, SecretPath, ServiceName, Target } from '../events/vocabulary.ts';

const { kvKey } = subjectsUnder('secrets');

export const secretKey = (path: SecretPath): string => kvKey(path);

/** No segment of a path is written `=`, so namespaces stand apart in the catalog, and can be listed without the secrets. */
const NAMESPACE = '=';
export const namespaceKey = (namespace: Namespace): string => `${NAMESPACE}.${kvKey(namespace)}`;
export const isNamespaceKey = (key: string): boolean => key.startsWith(`${NAMESPACE}.`);
export const allNamespaces = `${NAMESPACE}.>`;

export const accessKey = (service: ServiceName, target: Target): string => `${service}.${kvKey(target)}`;
export const accessOfService = (service: ServiceName): string => `${service}.>`;

export const usageKey = (service: ServiceName, path: SecretPath): string => `${service}.${kvKey(path)}`;
/** No path has that name: where the reads of paths that nobody knows are summed up. */
export const unknownUsageKey = (service: ServiceName): string => `${service}.=`;
/** The second token of no other entry is `=` before more tokens, so it is none of a path. */
const OF_ACCESS_KEYS = '=.=.';
export const accessKeyUsageKey = (namespace: Namespace, key: Id): string => `${OF_ACCESS_KEYS}${kvKey(namespace)}.${key}`;
export const allAccessKeyUsage = `${OF_ACCESS_KEYS}>`;
export const isUsageOfService = (key: string): boolean => !key.startsWith(OF_ACCESS_KEYS);
export const usageOfPath = (path: SecretPath): string => `*.${kvKey(path)}`;
export const isUsageOfAny = (paths: ReadonlyArray<SecretPath>): ((key: string) => boolean) => {
  const wanted = new Set(paths.map(kvKey));
  return (key) => wanted.has(key.slice(key.indexOf('.') + 1));
};

export const rolloutKey = accessKey;
export const rolloutOfPath = usageOfPath;

export const credentialCardKey = (service: ServiceName, fingerprint: Fingerprint): string => `credential.${service}.${fingerprint}`;
export const accessCardKey = (service: ServiceName, path: SecretPath): string => `access.${accessKey(service, path)}`;
export const missingCardKey = (path: SecretPath): string => `missing.${kvKey(path)}`;
export const mismatchCardKey = (path: SecretPath): string => `mismatch.${kvKey(path)}`;

/** What covers every secret below a namespace. */
export const secretsBelow = (namespace: Namespace): string => `${kvKey(namespace)}.>`;

/** What a key was made of: a path, a namespace or, with the token of one at its end, a prefix. */
export const named = (key: string): string => (key.endsWith('.=') ? key.slice(0, -1) : key).replaceAll('.', '/').replaceAll('=2E', '.');
