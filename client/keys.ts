/** The service's box key: asked for, checked against the signing key that is trusted, and kept until it is over. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { boxKeyBytes, verify } from '../crypto/sign.ts';
import { leadsTo } from '../crypto/signers.ts';
import type { Subjects } from '../events/subjects.ts';
import type { PublicKey } from '../events/vocabulary.ts';
import { REQUEST_CLOCK_MS, ServiceKeys, UnsealedReply } from '../protocol/wire.ts';
import { distrusted, notUnderstood, unavailable, type ClientFailure } from './failure.ts';
import { decodeJson } from './json.ts';
import type { Transport } from './transport.ts';

/** Whose signature counts: the one of this key, or of whoever answers first, for as long as these keys are used. */
export type Trust = { readonly signer: PublicKey } | { readonly firstUse: true };

/** The service's box key, checked. */
export type Keys = {
  /** The key to seal to now, if there is one that is not over; asks for none. */
  readonly kept: () => ServiceKeys | undefined;
  /** The key to seal to now; asked for when there is none yet, or it is over. `signer` in it is the trusted one, or one that it leads to. */
  readonly current: TaskEither<ClientFailure, ServiceKeys>;
  /** The same, asked for anew. */
  readonly renewed: TaskEither<ClientFailure, ServiceKeys>;
};

export type KeysOptions = {
  readonly transport: Pick<Transport, 'request'>;
  readonly subjects: Subjects;
  readonly trust: Trust;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
  /** Told of a signing key that the trusted one led to, which is trusted from now on in its place. */
  readonly onNewSigner?: (signer: PublicKey) => void;
};

const TIMEOUT_MS = 5_000;

/** A clock that is a little late must not refuse a key made just now; one that is over is over. */
const valid = ({ notBefore, notAfter }: ServiceKeys, now: number): boolean => notBefore - REQUEST_CLOCK_MS <= now && now < notAfter;

/** Keys as they came, if they are signed by the one who is trusted, and valid now. */
export const checkKeys =
  (signer: PublicKey | undefined, now: number) =>
  (keys: ServiceKeys): Either<ClientFailure, ServiceKeys> => {
    if (signer !== undefined && !leadsTo(signer, keys.chain, keys.signer)) return E.left(distrusted('the service shows another signing key than the one that is trusted'));
    if (!verify(boxKeyBytes(keys), keys.signature, keys.signer)) return E.left(distrusted('the signature on the key of the service is wrong'));
    if (!valid(keys, now)) return E.left(distrusted('the key of the service is not valid now', 'check the clock of this machine'));
    return E.right(keys);
  };

const read = (reply: Uint8Array): Either<ClientFailure, ServiceKeys> =>
  E.mapLeft((why: string) =>
    // A service that is not ready has no keys to tell yet.
    E.isRight(decodeJson(UnsealedReply)(reply)) ? unavailable('the service is not ready', 'no') : notUnderstood(why),
  )(decodeJson(ServiceKeys)(reply));

/**
 * The keys of one service. Requests at the same time share one question.
 * Failures: those of the transport, `distrusted` for a wrong signer, signature or time, `not_understood`.
 */
export const serviceKeys = ({ transport, subjects, trust, now = Date.now, onNewSigner = () => undefined }: KeysOptions): Keys => {
  let signer = 'signer' in trust ? trust.signer : undefined;
  let last: ServiceKeys | undefined;
  let underWay: Promise<Either<ClientFailure, ServiceKeys>> | undefined;

  const fetched = async (): Promise<Either<ClientFailure, ServiceKeys>> => {
    const reply = await transport.request(subjects.keys, new Uint8Array(), TIMEOUT_MS)();
    if (E.isLeft(reply)) return reply;
    const checked = E.chain(checkKeys(signer, now()))(read(reply.right));
    if (E.isRight(checked)) {
      last = checked.right;
      if (signer !== undefined && signer !== last.signer) onNewSigner(last.signer);
      signer = last.signer;
    }
    return checked;
  };
  const renewed = () => (underWay ??= fetched().finally(() => (underWay = undefined)));
  const kept = () => (last !== undefined && valid(last, now()) ? last : undefined);
  const current = async () => {
    const keys = kept();
    return keys === undefined ? renewed() : E.right(keys);
  };
  return { kept, current, renewed };
};
