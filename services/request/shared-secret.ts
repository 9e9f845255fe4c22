/** The secret that is shared with those who make namespaces and use them. */
import { equalText } from '../../crypto/bytes.ts';
import { tokenDigest } from '../../crypto/credential.ts';
import type { Redacted } from '../../crypto/redacted.ts';

export type SharedSecret = {
  /** Without one nobody can be told apart by it. */
  readonly isSet: boolean;
  /** Compared by digests, which have one length, in a time that does not depend on what is in them. */
  readonly isRight: (shown: string | null) => boolean;
};

export const makeSharedSecret = (secret: Redacted<string> | undefined): SharedSecret => {
  const digest = secret === undefined ? undefined : tokenDigest(secret.reveal());
  return { isSet: digest !== undefined, isRight: (shown) => digest !== undefined && shown !== null && equalText(tokenDigest(shown), digest) };
};
