/** What processes say of the values that they have: which version they run, and how often they used one while nobody could be asked. */
import * as t from 'io-ts';
import { command, event } from '../codec.ts';
import { ClientInfo, Count, Fingerprint, Id, Instant, SecretPath, Sequence, ServiceName, Version } from '../vocabulary.ts';

/** `instances`: the processes that run the version, each by an id that it draws at its start. */
const applied = { path: SecretPath, version: Version, instances: t.readonlyArray(Id) } as const;
export const Applied = t.strict(applied, 'Applied');
export type Applied = t.TypeOf<typeof Applied>;

/** `id`: of these uses together, so that they are counted once. `read`: the place of the read that gave the value. `first` and `last`: by the clock of who used it. */
const used = { id: Id, path: SecretPath, version: Version, read: Sequence, count: Count, first: Instant, last: Instant } as const;
export const Used = t.strict(used, 'Used');
export type Used = t.TypeOf<typeof Used>;

const by = { service: ServiceName, credential: Fingerprint, client: ClientInfo } as const;

/** What processes of a service told in a moment, with one credential: gathered by the replica that they told. */
export const ReportRollout = command('rollout.report', { ...by, applied: t.readonlyArray(Applied), used: t.readonlyArray(Used) });

export const VersionApplied = event('VersionApplied', { ...by, ...applied });
export const UsedOffline = event('UsedOffline', { ...by, ...used });

export const RolloutEvent = t.union([VersionApplied, UsedOffline], 'RolloutEvent');
