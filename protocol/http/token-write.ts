/** What the bearer of an API token writes: no statement, since a token signs nothing. */
import * as t from 'io-ts';
import { orNull } from '../../events/codec.ts';
import { Ciphertext, Count, Digest, Instant, Note, SecretPath } from '../../events/vocabulary.ts';
import { SealedRequest } from '../wire.ts';

// Half of a surrogate pair has no UTF-8.
const text = t.refinement(t.string, (value) => !/\p{Surrogate}/u.test(value), 'text');

/**
 * Either `value`, a text, which is taken over TLS or from the machine itself only; or `sealed` to the service's box key, its box
 * opening to a `SealedWrite`. `ifVersion`: the version that may be replaced, 0 for none.
 */
export const TokenWrite = t.exact(
  t.intersection([t.type({ path: SecretPath }), t.partial({ description: orNull(Note), ifVersion: orNull(Count), value: text, sealed: SealedRequest })], 'TokenWrite'),
  'TokenWrite',
);
export type TokenWrite = t.TypeOf<typeof TokenWrite>;

/** In the box: any bytes as the value of that path, from that token, now. `token` is the SHA-256 of the token's characters, `time` within 60 seconds. */
export const SealedWrite = t.strict(
  { v: t.literal(1), type: t.literal('write'), path: SecretPath, token: Digest, time: Instant, value: Ciphertext },
  'SealedWrite',
);
