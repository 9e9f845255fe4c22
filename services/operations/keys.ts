/** The service's own keys: a box key for a day at a time, signed by the signing key, told on `secrets.keys` to anyone. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { newBoxKey } from '../../crypto/box.ts';
import { randomId } from '../../crypto/random.ts';
import type { Redacted } from '../../crypto/redacted.ts';
import { boxKeyBytes, sign } from '../../crypto/sign.ts';
import { sure, Instant, type Id } from '../../events/vocabulary.ts';
import { currentKey, type Key } from '../../events/world.ts';
import type { ServiceKeys } from '../../protocol/wire.ts';
import type { Execute, Prepare } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import { BOX_KEY_MS } from '../log/tidy.ts';

export type BoxKeys = {
  /** The secret box key of that name, while requests may still be sealed to it. */
  readonly secret: (kid: Id) => Promise<Redacted<Uint8Array> | undefined>;
  readonly told: () => Promise<ServiceKeys | undefined>;
  /** Adds a new box key when the current one has served half of its time. */
  readonly renew: () => Promise<void>;
};

export const makeBoxKeys = ({ fold, keyring }: Replica, execute: Execute, prepare: Prepare): BoxKeys => {
  const { world } = fold;
  const now = (): number => Math.max(world.now, Date.now());
  let signed: ServiceKeys | undefined;

  const isAccepted = (key: Key | undefined): boolean => key?.purpose === 'box' && now() < key.addedAt + 2 * BOX_KEY_MS;

  const signKeys = async (box: Key): Promise<ServiceKeys | undefined> => {
    const signing = currentKey(world, 'signing');
    const installation = world.keyring?.id;
    if (signing?.public == null || box.public === null || installation === undefined) return undefined;
    const secretKey = await keyring.open(signing.id);
    if (isLeft(secretKey)) return undefined;
    const notBefore = sure(Instant, box.addedAt);
    const claim = { keyring: installation, kid: box.id, key: box.public, notBefore, notAfter: sure(Instant, box.addedAt + BOX_KEY_MS) };
    return { v: 1, ...claim, signer: signing.public, signature: sign(boxKeyBytes(claim), secretKey.right) };
  };

  return {
    secret: async (kid) => {
      if (!isAccepted(world.keyring?.keys.get(kid))) return undefined;
      const known = keyring.opened(kid);
      if (known !== undefined) return known;
      const opened = await keyring.open(kid);
      return isLeft(opened) ? undefined : opened.right;
    },
    told: async () => {
      const box = currentKey(world, 'box');
      if (box === undefined) return undefined;
      if (signed?.kid !== box.id) signed = await signKeys(box);
      return signed;
    },
    renew: async () => {
      const box = currentKey(world, 'box');
      if (box !== undefined && now() < box.addedAt + BOX_KEY_MS / 2) return;
      const pair = newBoxKey();
      const id = await keyring.add('box', keyring.operator.current(), pair.secretKey);
      if (isLeft(id)) return;
      const key = { id: id.right, purpose: 'box', public: pair.publicKey, signature: null } as const;
      await execute({ by: 'replica', id: randomId(), command: { operation: 'key.add', key } }, prepare);
    },
  };
};
