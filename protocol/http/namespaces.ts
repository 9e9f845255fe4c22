/** Namespaces with an access key, by HTTP. */
import * as t from 'io-ts';
import { orNull } from '../../events/codec.ts';
import { Ciphertext, Digest, Id, Instant, Namespace, PublicKey, SecretName } from '../../events/vocabulary.ts';
import { BULK_MAX, NamespaceIssued } from '../namespaces.ts';
import { Done } from '../operations.ts';
import { SealedAnswer, SealedRequest } from '../wire.ts';
import { own, type Ways } from './route.ts';

const Name = t.exact(t.partial({ namespace: orNull(Namespace) }), 'NewNamespace');
const Count = t.refinement(t.number, (n) => Number.isInteger(n) && n >= 1 && n <= BULK_MAX, `a whole number from 1 to ${BULK_MAX}`);
const Bulk = t.strict({ count: Count }, 'NewNamespaces');
const ManyIssued = t.strict({ namespaces: t.readonlyArray(NamespaceIssued) }, 'NamespacesIssued');

/** A text as it is, over TLS or on the machine itself; or sealed, its box opening to a `SealedNamespaceValue`. */
export const NamespaceWrite = t.exact(t.intersection([t.type({ key: SecretName }), t.partial({ value: t.string, sealed: SealedRequest })]), 'NamespaceWrite');
export type NamespaceWrite = t.TypeOf<typeof NamespaceWrite>;

/**
 * In the box: any bytes as the value of one key, for one call alone. `request` is the id in `Jetlock-Request`, `accessKey` the
 * SHA-256 of the access key's characters, `time` the clock of who sealed it, within 60 seconds.
 */
export const SealedNamespaceValue = t.strict(
  { v: t.literal(1), type: t.literal('namespace-value'), request: Id, namespace: Namespace, key: SecretName, accessKey: Digest, time: Instant, value: Ciphertext },
  'SealedNamespaceValue',
);

const key = { key: SecretName } as const;
/** Where one was set; the access key is made here, or stands in the URL. */
const ways: Ways = [[], ['sharedSecret']];
const request = { 'Jetlock-Request': orNull(Id) } as const;
const read = { about: 'All secrets of the namespace, sealed to the key in `Recipient-Key`.', fields: { after: orNull(SecretName) }, headers: { 'Recipient-Key': PublicKey, ...request }, reply: SealedAnswer } as const;
const write = { about: 'A value becomes the current version of a key of the namespace.', headers: request, body: NamespaceWrite, reply: Done, status: 201 } as const;
const remove = { about: 'One key of the namespace is destroyed, with all its versions.', fields: key, headers: request, reply: Done } as const;
const removeAll = { about: 'The namespace and everything in it is destroyed.', headers: request, reply: Done } as const;

/** The access key stands in the header `Jetlock-Access-Key`. */
export const namespaceRoutes = [
  own('access-key', 'namespace.create', 'POST', '/namespaces', { about: 'A namespace with its first access key, which is told this once.', ways, body: Name, reply: NamespaceIssued, status: 201 }),
  own('access-key', 'namespace.bulk', 'POST', '/namespaces/bulk', { about: 'Many namespaces under random names: fewer than were asked for where some could not be made.', ways, body: Bulk, reply: ManyIssued, status: 201 }),
  own('access-key', 'namespace.read', 'GET', '/namespace', read),
  own('access-key', 'namespace.write', 'POST', '/namespace', write),
  own('access-key', 'namespace.delete-key', 'DELETE', '/namespace/:key', { ...remove, params: { key: ['key'] } }),
  own('access-key', 'namespace.delete-all', 'DELETE', '/namespace', removeAll),
] as const;

/** Nothing else that may stand there looks like an access key. */
const IN_URL = '/namespaces/:accessKey(^jlk_[\\w-]{43}$)';
const shown = { accessKey: ['accessKey'] } as const;
const byUrl = <O extends { readonly about: string }>(rest: O) => ({ ...rest, about: `${rest.about} Only where the service was started with \`--access-key-in-url\`.`, ways });

/** The same with the access key in the URL, for those who cannot send headers: only where the operator has it so. */
export const namespaceUrlRoutes = [
  own('access-key', 'namespace.read-by-url', 'GET', IN_URL, { ...byUrl(read), params: shown }),
  own('access-key', 'namespace.write-by-url', 'POST', IN_URL, { ...byUrl(write), params: shown }),
  own('access-key', 'namespace.delete-key-by-url', 'DELETE', `${IN_URL}/:key`, { ...byUrl(remove), params: { ...shown, key: ['key'] } }),
  own('access-key', 'namespace.delete-all-by-url', 'DELETE', IN_URL, { ...byUrl(removeAll), params: shown }),
] as const;
