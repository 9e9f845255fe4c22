/** What whoever holds an access key asks on `secrets.namespace`, and gets; the HTTP API gives and takes the same. */
import * as t from 'io-ts';
import { orNull } from '../events/codec.ts';
import { Ciphertext, Digest, Namespace, SecretName, Sequence, Version } from '../events/vocabulary.ts';

const asked = <O extends string, P extends t.Props>(operation: O, props: P) => t.strict({ operation: t.literal(operation), ...props }, operation);

/** Each but `create` is about the namespace of the access key beside it. The value of a `write` is enclosed in the request. */
export const NamespaceRequest = t.union(
  [
    asked('create', { namespace: orNull(Namespace) }),
    asked('read', { after: orNull(SecretName) }),
    asked('write', { key: SecretName }),
    asked('delete', { key: SecretName }),
    asked('delete-all', {}),
  ],
  'NamespaceRequest',
);
export type NamespaceRequest = t.TypeOf<typeof NamespaceRequest>;

/** The only time that the access key is told. */
export const NamespaceIssued = t.strict({ namespace: Namespace, accessKey: t.string }, 'NamespaceIssued');
export type NamespaceIssued = t.TypeOf<typeof NamespaceIssued>;

/** `seq` and `messageHash`: the place of the read in the log, and its record there. `more`: ask again, after the last of `secrets`. */
export const NamespaceContents = t.strict(
  {
    namespace: Namespace,
    seq: Sequence,
    messageHash: Digest,
    checkpoint: t.null,
    secrets: t.readonlyArray(t.strict({ key: SecretName, version: Version, value: Ciphertext }, 'Content')),
    more: t.boolean,
  },
  'NamespaceContents',
);
export type NamespaceContents = t.TypeOf<typeof NamespaceContents>;

export const BULK_MAX = 100;
