/** What is expected of the values of a world: who expects what of which path, and for how long that counts. */
import { NOTHING_EXPECTED, type Expectation } from './expectation.ts';
import { covers, type SecretPath, type ServiceName, type Target } from './vocabulary.ts';
import { accessOf, isOpen, openedByPrefix, type World } from './world.ts';

/** Beyond that nothing is kept: it is for warnings, and must not fill memory, nor make a write slow. */
export const EXPECTATIONS_OF_A_SERVICE_MAX = 1_000;
export const EXPECTATIONS_OF_A_PATH_MAX = 32;

export const expectedOf = (world: World, service: ServiceName, path: SecretPath): Expectation =>
  world.expected.get(service)?.get(path) ?? NOTHING_EXPECTED;

/** Last asked wins. */
export const setExpected = (world: World, service: ServiceName, path: SecretPath, { format, pattern }: Expectation): void => {
  const known = world.expected.get(service) ?? new Map<SecretPath, Expectation>();
  if (format === null && pattern === null) known.delete(path);
  else known.set(path, { format, pattern });
  if (known.size === 0) world.expected.delete(service);
  else world.expected.set(service, known);
};

/** A service that may not read something any more expects nothing of it. */
export const dropExpected = (world: World, service: ServiceName, target: Target): void => {
  for (const path of world.expected.get(service)?.keys() ?? []) if (covers(target, path)) setExpected(world, service, path, NOTHING_EXPECTED);
};

const expecting = (world: World, path: SecretPath): ReadonlyArray<readonly [ServiceName, Expectation]> => {
  const found: Array<readonly [ServiceName, Expectation]> = [];
  for (const [service, known] of world.expected) {
    const expected = known.get(path);
    if (expected !== undefined) found.push([service, expected]);
  }
  return found;
};

export const hasRoom = (world: World, service: ServiceName, path: SecretPath): boolean => {
  const own = world.expected.get(service);
  return own?.has(path) === true || ((own?.size ?? 0) < EXPECTATIONS_OF_A_SERVICE_MAX && expecting(world, path).length < EXPECTATIONS_OF_A_PATH_MAX);
};

/** Whether a service may read a path, has asked whether it may, or asked for a value first. */
export const isAwaited = (world: World, service: ServiceName, path: SecretPath, now: number): boolean => {
  const access = accessOf(world, service, path);
  if (access?.status === 'denied') return false;
  return access?.status === 'requested' || isOpen(access, now) || openedByPrefix(world, service, path, now) !== undefined || world.secrets.get(path)?.askedBy === service;
};

/** What a new value of a path is checked against. */
export const expectationsOf = (world: World, path: SecretPath, now: number): ReadonlyArray<readonly [ServiceName, Expectation]> =>
  expecting(world, path).filter(([service]) => isAwaited(world, service, path, now));
