import type { EventOf } from '../event.ts';
import { setExpected } from '../expected.ts';
import { setPresent } from '../namespace/contents.ts';
import type { SecretPath } from '../vocabulary.ts';
import { namespaceOf } from '../vocabulary.ts';
import { currentVersion, type Secret, type World } from '../world.ts';

/** Keeps a secret, and whether its namespace has a value of it. */
export const setSecret = (world: World, secret: Secret): void => {
  const { path } = secret;
  const before = world.secrets.get(path);
  world.secrets.set(path, secret);
  const version = currentVersion(secret);
  if (version !== currentVersion(before)) setPresent(world, path, version);
};

const change = (world: World, path: SecretPath, to: Partial<Secret>): void => {
  const fresh: Secret = { path, status: 'stub', description: null, version: 0, versions: [], key: null, askedBy: null };
  setSecret(world, { ...(world.secrets.get(path) ?? fresh), ...to });
};

export const secretStubbed = (world: World, event: EventOf<'SecretStubbed'>): void => {
  const { path, service, description } = event;
  change(world, path, { status: 'stub', description, askedBy: service });
  world.stubs.set(service, (world.stubs.get(service) ?? new Set<SecretPath>()).add(path));
  setExpected(world, service, path, event);
};

/** It has a value now, or an admin took it away. */
const settleStub = (world: World, path: SecretPath): void => {
  const askedBy = world.secrets.get(path)?.askedBy ?? null;
  if (askedBy === null) return;
  const asked = world.stubs.get(askedBy);
  asked?.delete(path);
  if (asked?.size === 0) world.stubs.delete(askedBy);
  change(world, path, { askedBy: null });
};

export const secretWritten = (world: World, event: EventOf<'SecretWritten'>, seq: number): void => {
  settleStub(world, event.path);
  const before = world.secrets.get(event.path);
  const { path, version, digest, key, size } = event;
  change(world, path, {
    status: before?.status === 'disabled' ? 'disabled' : 'live',
    version,
    versions: [...(before?.versions ?? []), { version, seq, digest, size }],
    key,
    ...(event.description === null ? {} : { description: event.description }),
  });
};

export const secretDescribed = (world: World, { path, description }: EventOf<'SecretDescribed'>): void => {
  change(world, path, { description });
};

export const secretDisabled = (world: World, { path }: EventOf<'SecretDisabled'>): void => {
  change(world, path, { status: 'disabled' });
};

export const secretEnabled = (world: World, { path }: EventOf<'SecretEnabled'>): void => {
  change(world, path, { status: 'live' });
};

/** The version stays, so that a version number is never used for two values. */
export const secretDeleted = (world: World, path: SecretPath, seq: number): void => {
  settleStub(world, path);
  const key = world.secrets.get(path)?.key ?? null;
  change(world, path, { status: 'deleted', description: null, versions: [], key: null });
  if (key === null) return;
  world.doomed.set(key, { cause: seq, purpose: 'secret', namespace: null });
  const namespace = world.namespaces.get(namespaceOf(path));
  if (namespace !== undefined) world.namespaces.set(namespace.name, { ...namespace, rekeyFor: seq });
};
