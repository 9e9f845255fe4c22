import type { Actor, Decide, Decision } from '../decider.ts';
import { happened, no, nothing } from '../decider.ts';
import { NOTHING_EXPECTED, type Check } from '../expectation.ts';
import { expectedOf, hasRoom } from '../expected.ts';
import type { Made, Sealed } from '../record.ts';
import type { Digest, Id, Note, SecretPath } from '../vocabulary.ts';
import { Count, namespaceOf, sure, Version } from '../vocabulary.ts';
import type { Secret, World } from '../world.ts';

/**
 * The key that a new version is encrypted with: the secret's own, or a new one where it has none. A new one must be wrapped
 * by the namespace key of now: one that was replaced since is about to be destroyed.
 */
const keyFor = (world: World, path: SecretPath, made: Made): Id | undefined => {
  const namespace = world.namespaces.get(namespaceOf(path));
  const own = world.secrets.get(path)?.key ?? null;
  if (namespace === undefined) return undefined;
  if (own !== null) return made.key === null ? own : undefined;
  return made.key?.wrappedBy === namespace.key ? made.key.id : undefined;
};

/** A ciphertext is base64url of salt (32 bytes), value and authenticator (16 bytes). */
const sizeOf = ({ box }: Sealed): Count => sure(Count, Math.max(0, Math.floor((box.length * 3) / 4) - 48));

/** A check counts for what is expected here: where another thing was asked for since, the value is looked at again. */
const isExpected = (world: World, path: SecretPath, { service, kind, wanted }: Check): boolean => expectedOf(world, service, path)[kind] === wanted;

/** Whoever made a namespace with an access key would be told the value: nobody else's is let into it, however its name looks. */
const isForeign = (world: World, path: SecretPath, { by }: Actor): boolean => by !== 'access-key' && world.namespaces.get(namespaceOf(path))?.owner === 'access-key';

type Next = { readonly digest: Digest; readonly description: Note | null; readonly rollbackOf: Version | null };

const nextVersion = (world: World, path: SecretPath, made: Made, { digest, description, rollbackOf }: Next): Decision => {
  const key = keyFor(world, path, made);
  if (key === undefined || made.sealed === null || !made.checks.every((check) => isExpected(world, path, check))) return no('superseded');
  const version = sure(Version, (world.secrets.get(path)?.version ?? 0) + 1);
  return happened({ type: 'SecretWritten', v: 1, path, version, digest, key, size: sizeOf(made.sealed), description, rollbackOf, checks: made.checks });
};

const liveVersion = (secret: Secret | undefined): number => secret?.versions.at(-1)?.version ?? 0;

/**
 * A disabled secret is not enabled by a new value: who disabled it had a reason. Whether a value is the current one can be seen at
 * the door alone, which then makes no ciphertext.
 */
export const writeSecret: Decide<'secret.write'> = (world, { path, digest, description, ifVersion }, { made, actor }) => {
  if (isForeign(world, path, actor)) return no('foreign_namespace', namespaceOf(path));
  const secret = world.secrets.get(path);
  if (ifVersion !== null && ifVersion !== liveVersion(secret)) return no('conflict', `${path} is at version ${liveVersion(secret)}`);
  if (made.sealed === null && ifVersion === null && liveVersion(secret) > 0) return nothing;
  return nextVersion(world, path, made, { digest, description, rollbackOf: null });
};

const known = (world: World, path: SecretPath): Secret | undefined => {
  const secret = world.secrets.get(path);
  return secret?.status === 'deleted' ? undefined : secret;
};

export const rollbackSecret: Decide<'secret.rollback'> = (world, { path, version }, { made, actor }) => {
  if (isForeign(world, path, actor)) return no('foreign_namespace', namespaceOf(path));
  const secret = known(world, path);
  if (secret === undefined) return no('not_found', path);
  const wanted = secret.versions.find((one) => one.version === version);
  if (wanted === undefined) return no('not_found', `version ${version} of ${path}`);
  if (wanted === secret.versions.at(-1)) return nothing;
  return nextVersion(world, path, made, { digest: wanted.digest, description: null, rollbackOf: version });
};

export const describeSecret: Decide<'secret.describe'> = (world, { path, description }) => {
  const secret = known(world, path);
  if (secret === undefined) return no('not_found', path);
  return secret.description === description ? nothing : happened({ type: 'SecretDescribed', v: 1, path, description });
};

export const disableSecret: Decide<'secret.disable'> = (world, { path }) => {
  const secret = known(world, path);
  if (secret === undefined) return no('not_found', path);
  if (secret.status === 'stub') return no('no_value', path);
  return secret.status === 'disabled' ? nothing : happened({ type: 'SecretDisabled', v: 1, path });
};

export const enableSecret: Decide<'secret.enable'> = (world, { path }) => {
  const secret = known(world, path);
  if (secret === undefined) return no('not_found', path);
  return secret.status === 'disabled' ? happened({ type: 'SecretEnabled', v: 1, path }) : nothing;
};

export const deleteSecret: Decide<'secret.delete'> = (world, { path }, { actor }) => {
  const secret = known(world, path);
  // What services ask for is nothing that the holder of an access key learns of, or ends.
  const isHidden = secret?.status === 'stub' && actor.by === 'access-key';
  return secret === undefined || isHidden ? no('not_found', path) : happened({ type: 'SecretDeleted', v: 1, path, key: secret.key });
};

export const STUBS_OF_A_SERVICE_MAX = 100;

/** Only what has never had a value, or has none any more, becomes a stub; a service that asks for anything fills no catalogue. */
export const stubSecret: Decide<'secret.stub'> = (world, { path, service, description, format, pattern }) => {
  if (known(world, path) !== undefined) return nothing;
  if ((world.stubs.get(service)?.size ?? 0) >= STUBS_OF_A_SERVICE_MAX) return no('too_many');
  const expected = hasRoom(world, service, path) ? { format, pattern } : NOTHING_EXPECTED;
  return happened({ type: 'SecretStubbed', v: 1, path, service, description, ...expected });
};
