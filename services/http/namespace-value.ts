/** The value of a write to a namespace that came sealed to our box key. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fromBase64 } from '../../crypto/bytes.ts';
import { newSalt } from '../../crypto/hash.ts';
import type { SaltedValue } from '../../crypto/value.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Digest, Id, Namespace, SecretName } from '../../events/vocabulary.ts';
import { SealedNamespaceValue } from '../../protocol/http/namespaces.ts';
import type { SealedRequest } from '../../protocol/wire.ts';
import { openContent, type Opener } from '../request/open.ts';
import { isInTime } from '../request/in-time.ts';

/** `accessKey`: its digest. */
export type Meant = { readonly request: Id; readonly namespace: Namespace; readonly key: SecretName; readonly accessKey: Digest };

const NAMES = ['request', 'namespace', 'key', 'accessKey'] as const;

/** What was sealed for another call, key or namespace counts for nothing: whoever caught it would have it read out to them. */
export const openNamespaceValue = async (opener: Opener, sealed: SealedRequest, meant: Meant, asker: string): Promise<Either<Refusal, SaltedValue>> => {
  const opened = await openContent(opener, sealed, SealedNamespaceValue, asker);
  if (isLeft(opened)) return opened;
  const wrong = NAMES.find((name) => opened.right[name] !== meant[name]);
  if (wrong !== undefined) return left(refuse('malformed', `sealed: expected the ${wrong} of this call`));
  if (!isInTime(opened.right.time)) return left(refuse('stale'));
  return right({ salt: newSalt(), value: fromBase64(opened.right.value) });
};
