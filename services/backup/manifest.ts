/** What lies in a backup: a tar file, in which these entries stand in this order. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import { Digest, Fingerprint, Id, Instant, PublicKey, Sequence } from '../../events/vocabulary.ts';
import { failure, type Failure } from '../failure.ts';
import type { StreamHead } from '../nats/snapshot.ts';
import type { Entry } from './tar.ts';

export const MANIFEST = 'jetlock.json';
/** The operator's key, where it is in a file of ours. */
export const OPERATOR_KEY = 'operator-keys.json';

/** Of each stream first what the server said of it, then its snapshot in parts: what `nats stream restore` takes, once the parts are put together. */
export const headName = (stream: string): string => `${stream}/backup.json`;
export const partName = (stream: string, part: number): string => `${stream}/stream.tar.s2.${String(part).padStart(6, '0')}`;
export const isPartOf = (stream: string, name: string): boolean => name.startsWith(`${stream}/stream.tar.s2.`);

/** Last in the file, because it tells what came before it. */
export const Manifest = t.strict(
  {
    v: t.literal(1),
    made: Instant,
    keyring: Id,
    /** The service's signing key. */
    publicKey: PublicKey,
    /** A head of the log before its snapshot: what is restored must fold to it. */
    head: t.strict({ seq: Sequence, hash: Digest }),
    operatorKey: t.strict({ fingerprint: Fingerprint, inside: t.boolean }),
    /** Where the snapshot of the bucket of keys can end. Between the two there are only keys that were added. */
    keys: t.strict({ from: Sequence, to: Sequence }),
  },
  'Manifest',
);
export type Manifest = t.TypeOf<typeof Manifest>;

export const manifestEntry = (manifest: Manifest): Entry => ({ name: MANIFEST, data: utf8(`${JSON.stringify(Manifest.encode(manifest), undefined, 2)}\n`) });
export const headEntry = (stream: string, { config, state }: StreamHead): Entry => ({ name: headName(stream), data: utf8(JSON.stringify({ config, state })) });

const other = failure('config', 'the backup is of another version of jetlock', 'restore it with the version that wrote it');

const State = t.intersection([t.type({ messages: t.number, first_seq: t.number, last_seq: t.number, first_ts: t.string }), t.UnknownRecord]);
const Head = t.type({ config: t.intersection([t.type({ name: t.string, num_replicas: t.number }), t.UnknownRecord]), state: State });
export type Head = t.TypeOf<typeof Head>;

const decode = <A>(codec: t.Decoder<unknown, A>, data: Uint8Array): Either<Failure, A> => {
  try {
    const decoded = codec.decode(JSON.parse(fromUtf8(data)));
    return isLeft(decoded) ? left(other) : right(decoded.right);
  } catch {
    return left(other);
  }
};

export const readManifest = (data: Uint8Array): Either<Failure, Manifest> => decode(Manifest, data);
export const readHeadOf = (data: Uint8Array): Either<Failure, Head> => decode(Head, data);
