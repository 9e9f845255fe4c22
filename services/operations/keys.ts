/** The service's own keys: a box key for a day at a time, signed by the signing key, told on `secrets.keys` to anyone. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { randomId } from '../../crypto/random.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { boxKeyBytes, sign } from '../../crypto/sign.ts';
import { sure, Instant, type Id } from '../../events/vocabulary.ts';
import { BOX_KEY_MS, currentKey, type Key } from '../../events/world.ts';
import { SIGNERS_MAX, type ServiceKeys } from '../../protocol/wire.ts';
import { freshKey } from '../keyring/fresh.ts';
import type { Execute, Prepare } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import type { Soon } from '../soon.ts';

export type BoxKeys = {
  /** The secret box key of that name, while requests may still be sealed to it. */
  readonly secret: (kid: Id) => Soon<Redacted<Uint8Array> | undefined>;
  readonly told: () => Promise<ServiceKeys | undefined>;
  /** Adds a new box key when the current one has served half of its time. */
  readonly renew: () => Promise<void>;
};

const now = ({ fold }: Replica): number => Math.max(fold.world.now, Date.now());

/** The signing keys that there were, each with the word of the one before it. */
const chainOf = ({ fold: { world } }: Replica): ServiceKeys['chain'] => {
  const signers = [...(world.keyring?.keys.values() ?? [])].filter(({ purpose }) => purpose === 'signing');
  const links = signers.flatMap(({ public: newer, signature }, at) => {
    const older = signers[at - 1]?.public;
    return older == null || newer === null || signature === null ? [] : [{ older, newer, signature }];
  });
  return links.slice(-SIGNERS_MAX);
};

const signKeys = async (replica: Replica, box: Key, signing: Key): Promise<ServiceKeys | undefined> => {
  const {
    fold: { world },
    keyring,
  } = replica;
  const installation = world.keyring?.id;
  if (signing.public === null || box.public === null || installation === undefined) return undefined;
  const secretKey = await keyring.open(signing.id);
  if (isLeft(secretKey)) return undefined;
  const notBefore = sure(Instant, box.addedAt);
  const claim = { keyring: installation, kid: box.id, key: box.public, notBefore, notAfter: sure(Instant, box.addedAt + BOX_KEY_MS) };
  return { v: 1, ...claim, signer: signing.public, signature: sign(boxKeyBytes(claim), secretKey.right), chain: chainOf(replica) };
};

/** Signed once for each box key and each signing key. */
const makeTold = (replica: Replica): BoxKeys['told'] => {
  let signed: ServiceKeys | undefined;
  return async () => {
    const { world } = replica.fold;
    const [box, signing] = [currentKey(world, 'box'), currentKey(world, 'signing')];
    if (box === undefined || signing === undefined) return undefined;
    if (signed?.kid !== box.id || signed.signer !== signing.public) signed = await signKeys(replica, box, signing);
    return signed;
  };
};

const renew = async (replica: Replica, execute: Execute, prepare: Prepare): Promise<void> => {
  const { fold, keyring } = replica;
  const box = currentKey(fold.world, 'box');
  const operatorKey = fold.world.keyring?.operatorKey;
  if (operatorKey === undefined || (box !== undefined && now(replica) < box.addedAt + BOX_KEY_MS / 2)) return;
  const { key, ...info } = freshKey('box', null);
  const id = await keyring.add('box', operatorKey, key);
  if (isLeft(id)) return;
  const command = { operation: 'key.add', key: { id: id.right, ...info } } as const;
  await execute({ by: 'replica', id: randomId(), command }, prepare);
};

export const makeBoxKeys = (replica: Replica, execute: Execute, prepare: Prepare): BoxKeys => {
  const { fold, keyring } = replica;
  /** One that an admin had replaced is not waited for: whoever seals to it gets the new one. */
  const isAccepted = (key: Key | undefined): boolean =>
    key?.purpose === 'box' && now(replica) < key.addedAt + 2 * BOX_KEY_MS && (!key.retired || key.id === currentKey(fold.world, 'box')?.id);
  return {
    secret: (kid) => {
      if (!isAccepted(fold.world.keyring?.keys.get(kid))) return undefined;
      return keyring.opened(kid) ?? keyring.open(kid).then((opened) => (isLeft(opened) ? undefined : opened.right));
    },
    told: makeTold(replica),
    renew: () => renew(replica, execute, prepare),
  };
};
