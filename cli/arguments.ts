/** Words of the command line, checked. What was typed is never repeated: it may be a value in the wrong place. */
import * as E from 'fp-ts/lib/Either.js';
import type { Type } from 'io-ts';
import { AdminName, Fingerprint, Id, Label, Namespace, Note, Prefix, type PublicKey, Role, SecretPath, ServiceName, Target, TokenRole, Version, Count } from '../events/vocabulary.ts';
import { EXIT } from './exit-codes.ts';
import { parsePublicKey } from './public-key.ts';
import { fail, type Failure } from './failure.ts';

/** What was typed as something checked, or exit 65. An argument that is missing has been refused before. */
export type Checked<A> = (typed: string | undefined) => E.Either<Failure, A>;

const as =
  <A, O>(codec: Type<A, O>, message: string, hint: string): Checked<A> =>
  (typed) =>
    E.mapLeft(() => fail(EXIT.badInput, message, hint))(codec.decode(typed));

const NAMED = 'lower case letters, digits and hyphens, 63 at most';
const SEGMENTS = 'letters, digits, _ . - with / between';

export const secretPath = as(SecretPath, 'that is not the path of a secret', `2 to 8 parts of ${SEGMENTS}, such as prod/shop/API_KEY`);
export const namespace = as(Namespace, 'that is not a namespace', `1 to 7 parts of ${SEGMENTS}, without a slash at its end, such as prod/shop`);
export const target = as(Target, 'that is neither a path nor a prefix', 'a path such as prod/shop/API_KEY, or a prefix with a slash at its end such as prod/shop/');
/** With or without the slash at its end; what it means is told by its place. */
export const prefix: Checked<Prefix> = (typed) =>
  as(Prefix, 'that is not a prefix', `1 to 7 parts of ${SEGMENTS}, such as prod/shop/`)(typed === undefined || typed.endsWith('/') ? typed : `${typed}/`);
export const serviceName = as(ServiceName, 'that is not the name of a service', NAMED);
export const adminName = as(AdminName, 'that is not the name of an admin', NAMED);
export const role = as(Role, 'that is not a role', 'admin, approver or auditor');
export const label = as(Label, 'that is not a name', NAMED);
export const tokenRole = as(TokenRole, 'that is not a role of tokens', 'auditor or writer');
export const fingerprint = as(Fingerprint, 'that is not a whole fingerprint', 'jetlock admin list');
export const id = as(Id, 'that is not the id of an access key', 'jetlock namespace key list NAMESPACE');
export const note = as(Note, 'that text cannot be taken', 'one line of 512 bytes at most, without control characters');

/** Digits alone: no sign, no fraction, no exponent. */
const asNumber =
  <A, O>(codec: Type<A, O>, hint: string): Checked<A> =>
  (typed) =>
    E.mapLeft(() => fail(EXIT.badInput, 'that is not a version', hint))(codec.decode(/^\d{1,15}$/.test(typed ?? '') ? Number(typed) : undefined));

export const version = asNumber(Version, 'a whole number from 1: jetlock secret history PATH lists them');
export const versionOrNone = asNumber(Count, 'a whole number, 0 if there must be none yet');

/** The same for what may be left out. */
export const orNone =
  <A>(checked: Checked<A>): Checked<A | null> =>
  (typed) =>
    typed === undefined ? E.right(null) : checked(typed);

export const publicKey: Checked<PublicKey> = (typed) =>
  E.mapLeft((message: string) => fail(EXIT.badInput, message, 'give the public key, not the private one'))(parsePublicKey(typed ?? ''));

const PORT_MAX = 65_535;

/** A port; 0, or none given, for any that is free. */
export const port: Checked<number> = (typed = '0') =>
  /^\d{1,5}$/.test(typed) && Number(typed) <= PORT_MAX ? E.right(Number(typed)) : E.left(fail(EXIT.badInput, 'that is not a port', 'a whole number up to 65535'));

const isOrigin = (text: string): boolean => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** Scheme, host and port each, with commas between; none unless given. */
export const httpOrigins: Checked<ReadonlyArray<string>> = (typed) => {
  const origins = typed?.split(',') ?? [];
  return origins.every(isOrigin) ? E.right(origins) : E.left(fail(EXIT.badInput, 'that is not an origin', 'such as https://jetlock.example, without a slash at its end; with commas between several'));
};
