/** What an admin signed, on its way by HTTP: the same statement as on NATS, and the value of a write beside it. */
import * as t from 'io-ts';
import { Ciphertext, Digest, Id, PublicKey, Signature } from '../../events/vocabulary.ts';
import { Enclosed, SealedRequest } from '../wire.ts';

const signed = t.strict({ statement: t.string, key: PublicKey, signature: Signature });

/**
 * `statement` is the text that `key` signed (`statementBytes`). A value comes sealed to the service's box key, its box opening
 * to a `SealedValue`; as plaintext, `enclosed`, it is taken over TLS or from the machine itself only.
 */
export const SignedCall = t.exact(
  t.intersection([signed.type, t.partial({ sealed: SealedRequest, enclosed: Enclosed })], 'SignedCall'),
  'SignedCall',
);
export type SignedCall = t.TypeOf<typeof SignedCall>;

/** In the box: the value of one write, bound to the statement by its id. */
export const SealedValue = t.strict(
  { v: t.literal(1), type: t.literal('value'), statement: Id, value: Ciphertext, salt: Digest },
  'SealedValue',
);
export type SealedValue = t.TypeOf<typeof SealedValue>;
