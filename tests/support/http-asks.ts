/** What is sent to each route by whoever asks, so that nothing but who they are can be wrong with it. */
import { newBoxKey } from '../../crypto/box.ts';
import { toBase64, utf8 } from '../../crypto/bytes.ts';
import { newSalt, valueDigest } from '../../crypto/hash.ts';
import type { Route, SignedRoute } from '../../protocol/http/route.ts';
import { signedCall, type CallHeaders } from './http.ts';
import type { Caller } from './http-rules.ts';
import { digestOf, fingerprintOf, idOf, keyPairOf } from './names.ts';

/** What paths name: nothing of it is there, so that whoever may ask changes nothing. */
export const NAMED: Readonly<Record<string, string>> = {
  path: 'roles/none/KEY', service: 'none', fingerprint: fingerprintOf(1), target: 'roles/none/KEY', namespace: 'roles/none',
  admin: 'none', key: keyPairOf(50).publicKey, token: idOf(1), id: digestOf(1),
};
/** It has the form of an access key. */
export const NO_KEY = `jlk_${'A'.repeat(43)}`;

const PARAMETER = /:(\w+)(?:\(\^[^)]*\$\))?/g;
const filled = ({ path, params }: Route, named: Readonly<Record<string, string>>): string =>
  path.replaceAll(PARAMETER, (_, segment: string) => encodeURIComponent((params[segment] ?? []).map((name) => named[name] ?? 'x').join(':'))).replace('*', '');

/** Of the routes with an access key its own. */
export const pathOf = (route: Route, { accessKey = NO_KEY }: Pick<Caller, 'accessKey'> = {}): string =>
  filled(route, route.kind === 'access-key' ? { accessKey, key: 'KEY' } : NAMED);

const value = { salt: newSalt(), bytes: utf8('v') };
export const WRITE = { path: 'roles/app/KEY', digest: valueDigest(value.salt, value.bytes), description: null, ifVersion: null };
const ENCLOSED = { enclosed: { value: toBase64(value.bytes), salt: toBase64(value.salt) } };
/** Beside what the path names. Where a field is missing the role was enough: it is looked at first. */
const MORE: Readonly<Record<string, object>> = { 'secret.write': WRITE, 'admin.key.add': { label: null, key: NAMED['key'] }, 'key.rotate': { purposes: ['nothing'] } };
export const commandOf = ({ operation, params }: SignedRoute, named = NAMED): object => ({
  operation,
  ...Object.fromEntries(Object.values(params).flat().map((name) => [name, named[name]])),
  ...MORE[operation],
});

const UNSIGNED: Readonly<Record<string, object>> = { 'namespace.bulk': { count: 1 }, 'namespace.write': { key: 'KEY', value: 'v' }, 'namespace.write-by-url': { key: 'KEY', value: 'v' } };
export const bodyFor = (route: Route, { identity, role }: Caller): unknown => {
  if (route.kind !== 'signed') return route.body === null ? undefined : (UNSIGNED[route.name] ?? {});
  if (identity === undefined) return role === 'writer' ? { path: WRITE.path, value: 'v' } : {};
  return { ...signedCall(identity, commandOf(route)), ...(route.operation === 'secret.write' ? ENCLOSED : {}) };
};

const RECIPIENT = newBoxKey().publicKey;
/** An access key in the URL is all that is shown there. */
export const headersFor = (route: Route, { headers, accessKey }: Caller): CallHeaders => {
  if (route.kind !== 'access-key') return accessKey === undefined ? headers : { ...headers, 'jetlock-access-key': accessKey };
  return { ...headers, 'recipient-key': RECIPIENT, ...(accessKey === undefined || 'accessKey' in route.params ? {} : { 'jetlock-access-key': accessKey }) };
};

/** What is wrong with a call in a session, by its headers alone. @param other in another session */
export const forgedOf = ({ headers }: Caller, other: Caller): ReadonlyArray<readonly [string, string, CallHeaders]> => {
  const { 'jetlock-csrf': _, ...noCsrf } = headers;
  return [
    ['without the CSRF token', 'csrf', noCsrf],
    ['with another CSRF token', 'csrf', { ...headers, 'jetlock-csrf': digestOf(9) }],
    ['with the CSRF token of another session', 'csrf', { ...headers, 'jetlock-csrf': other.headers['jetlock-csrf'] ?? '' }],
    ['from another origin', 'origin', { ...headers, origin: 'http://evil.example' }],
    ['from no origin', 'origin', { ...headers, origin: 'null' }],
    ['from another site, by the other header', 'origin', { ...headers, 'sec-fetch-site': 'cross-site' }],
  ];
};
