import type { Decide } from '../decider.ts';
import { happened, no } from '../decider.ts';
import { decideRead } from '../read/decide.ts';
import { prefixesOf, type Fingerprint, type SecretPath, type ServiceName, type Version } from '../vocabulary.ts';
import type { World } from '../world.ts';
import { accessOf, credentialOf } from '../world.ts';

type By = { readonly service: ServiceName; readonly credential: Fingerprint };

/**
 * Whether a report can be true: only of what a read would give now, up to its version. So it tells nobody more than a read does, and
 * whoever may not read cannot find out what there is by claiming to run it.
 */
export const isReportable = (world: World, { service, credential }: By, { path, version }: { readonly path: SecretPath; readonly version: Version }, now: number): boolean => {
  const [outcome] = decideRead(world, { service, credential, paths: [path], offline: false }, now);
  return outcome?.result === 'allowed' && version <= outcome.version.version;
};

/**
 * Whether it can have been used: a version that there was, of a path about whose access something was once decided or asked. So nobody
 * makes records of what there never was.
 */
export const isUsable = (world: World, service: ServiceName, { path, version }: { readonly path: SecretPath; readonly version: Version }): boolean =>
  version <= (world.secrets.get(path)?.version ?? 0) && [path, ...prefixesOf(path)].some((target) => accessOf(world, service, target) !== undefined);

/** Uses are believed whatever has become of the access since: that they happened is what auditors want to know. */
export const reportRollout: Decide<'rollout.report'> = (world, { service, credential, client, applied, used }, { now }) => {
  const by = { service, credential, client };
  if (credentialOf(world, service, credential)?.status !== 'approved') return no('unauthorized');
  if (!applied.every((one) => isReportable(world, by, one, now))) return no('refused');
  const known = world.uses.get(service);
  return happened(
    ...applied.map((one) => ({ type: 'VersionApplied', v: 1, ...by, ...one }) as const),
    ...used.filter((one) => known?.has(one.id) !== true && isUsable(world, service, one)).map((one) => ({ type: 'UsedOffline', v: 1, ...by, ...one }) as const),
  );
};
