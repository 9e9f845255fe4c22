/** Values that the bearer of an API token writes, in the name of the token. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fromBase64, utf8 } from '../../crypto/bytes.ts';
import { newSalt, valueDigest } from '../../crypto/hash.ts';
import { randomId } from '../../crypto/random.ts';
import { VALUE_BYTES_MAX } from '../../crypto/value.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { ApiToken } from '../../events/world.ts';
import { SealedWrite, type TokenWrite } from '../../protocol/http/token-write.ts';
import type { Replica } from '../log/replica.ts';
import type { CarryOut } from '../operations/commands.ts';
import { isInTime } from '../request/in-time.ts';
import { openContent, type Opener } from '../request/open.ts';
import type { Call } from './call.ts';
import { isPrivate } from './private.ts';
import type { Principal } from './principal.ts';

export type TokenWriteParts = { readonly replica: Pick<Replica, 'fold'>; readonly opener: Opener; readonly carryOut: CarryOut };

const openSealed = async (opener: Opener, { path, sealed }: TokenWrite, token: ApiToken): Promise<Either<Refusal, Uint8Array>> => {
  if (sealed === undefined) return left(refuse('malformed', 'value: expected text'));
  const opened = await openContent(opener, sealed, SealedWrite, `token ${token.id}`);
  if (isLeft(opened)) return opened;
  // In another box it would be the value of another path, or somebody else's.
  if (opened.right.path !== path) return left(refuse('malformed', 'sealed: expected the value of this path'));
  if (opened.right.token !== token.digest) return left(refuse('malformed', 'sealed: expected the value of this token'));
  return isInTime(opened.right.time) ? right(fromBase64(opened.right.value)) : left(refuse('stale'));
};

const valueOf = (opener: Opener, { request }: Call, body: TokenWrite, token: ApiToken): Promise<Either<Refusal, Uint8Array>> | Either<Refusal, Uint8Array> => {
  if (body.value === undefined) return openSealed(opener, body, token);
  if (body.sealed !== undefined) return left(refuse('malformed', 'sealed: expected none beside value'));
  return isPrivate(request) ? right(utf8(body.value)) : left(refuse('plaintext'));
};

export const tokenWrite = async ({ replica, opener, carryOut }: TokenWriteParts, call: Call, { id }: Extract<Principal, { kind: 'token' }>): Promise<Either<Refusal, unknown>> => {
  const token = replica.fold.world.tokens.get(id);
  if (token === undefined) return left(refuse('unauthorized'));
  // Decoded by the codec of the route.
  const body = call.body as TokenWrite;
  const value = await valueOf(opener, call, body, token);
  if (isLeft(value)) return value;
  if (value.right.length > VALUE_BYTES_MAX) return left(refuse('too_large'));
  const salted = { salt: newSalt(), value: value.right };
  const { path, description = null, ifVersion = null } = body;
  const command = { operation: 'secret.write', path, digest: valueDigest(salted.salt, salted.value), description, ifVersion } as const;
  return carryOut({ by: 'token', id: randomId(), token: id, label: token.label, command }, command, salted);
};
