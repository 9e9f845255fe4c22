/** The nats-server that a backup is restored into: whether anything is there that the restore would mix with. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { failure, type Failure } from '../failure.ts';
import { foundStreams, type StreamFacts } from '../nats/provision.ts';
import { versionTooOld } from '../nats/server-check.ts';
import { wantedConfigs, type Replicas } from '../nats/stream-config.ts';
import { subjects, toFailure } from '../serve.ts';
import { KEYS } from './backup.ts';

/** Where the bucket of keys begins, and where the backup's copy of it can end. */
export type KeysPlace = { readonly firstTime: string; readonly from: number; readonly to: number };

const occupied = (name: string, messages: number): Failure =>
  failure('config', `there is a stream ${name} with ${messages} messages already`, `restore into another nats-server; or, if nothing there is needed any more: nats stream rm ${name}`);

/** The keys of this very backup, from a restore that was cut off before the log was placed. */
const isPlaced = ({ firstTime, last }: StreamFacts, keys: KeysPlace): boolean => firstTime === keys.firstTime && last >= keys.from && last <= keys.to;

/** Refused where there is a log, other keys than those of the backup, or a read model with anything in it. */
export const isEmpty = async (nc: NatsConnection, replicas: Replicas, keys: KeysPlace): Promise<Either<Failure, { readonly areKeysThere: boolean }>> => {
  const wanted = versionTooOld(nc.info?.version ?? '0.0.0', replicas);
  if (wanted !== undefined) return left(failure('config', `nats-server must be ${wanted}`, 'update nats-server'));
  const found = await foundStreams(nc, subjects)();
  if (isLeft(found)) return left(toFailure(found.left));
  for (const { name } of wantedConfigs(subjects, replicas)) {
    const facts = found.right.get(name);
    if (facts === undefined) continue;
    const isHarmless = name === KEYS ? isPlaced(facts, keys) : name !== subjects.stream && facts.messages === 0;
    if (!isHarmless) return left(occupied(name, facts.messages));
  }
  return right({ areKeysThere: found.right.has(KEYS) });
};
