/** A log as it is after years: secrets written and written again, services, grants, and reads by many replicas in between. */
import { utf8 } from '../../crypto/bytes.ts';
import { credentialFingerprint } from '../../crypto/fingerprint.ts';
import { hash } from '../../crypto/hash.ts';
import { randomId } from '../../crypto/random.ts';
import type { Command } from '../../events/command.ts';
import type { LogMessage } from '../../events/log/log.ts';
import type { ReadAttempt } from '../../events/read/read.ts';
import { namespaceOf, type Fingerprint, type SecretPath, type ServiceName } from '../../events/vocabulary.ts';
import { currentKey } from '../../events/world.ts';
import { recordsOf, type Pen, type Records } from './records.ts';

export type Mix = {
  readonly secrets: number;
  /** More versions of them, one after another. */
  readonly rewrites: number;
  /** Each is registered and approved. */
  readonly services: number;
  readonly grants: number;
  /** So many services ask for a secret that they may not read, and for one that is not there; none unless given. */
  readonly asked?: number;
  /** Reads, each of one path, spread over everything that comes after the first half. */
  readonly reads: number;
};

/** State events, a multiple of 1,000 of them: 0.4 of a hundred are namespaces. */
export const mixOf = (states: number, reads: number): Mix => ({
  secrets: 0.4 * states,
  rewrites: 0.346 * states,
  services: 0.05 * states,
  grants: 0.15 * states,
  reads,
});

export const SECRETS_OF_A_NAMESPACE = 100;
const READS_OF_A_MESSAGE = 100;
const FORMER_REPLICAS = 100;
/** A ciphertext of the length that a value of 32 bytes has. */
const SEALED = { nonce: 'A'.repeat(32), box: 'A'.repeat(107) + 'A' } as const;

export const pathOf = (n: number): SecretPath => `team-${Math.floor(n / SECRETS_OF_A_NAMESPACE)}/prod/SECRET_NUMBER_${n}` as SecretPath;
export const serviceOf = (n: number): ServiceName => `service-${n}` as ServiceName;
const verifierOf = (n: number) => hash(utf8(`token ${n}`));
export const credentialOf = (n: number): Fingerprint => credentialFingerprint('token', verifierOf(n));

const writeSecret = function* ({ fold }: Pen, records: Records, path: SecretPath, n: number): Generator<LogMessage> {
  const { world } = fold;
  const command: Command = { operation: 'secret.write', path, digest: hash(utf8(`value ${n}`)), description: null, ifVersion: null };
  const namespace = namespaceOf(path);
  const root = currentKey(world, 'root')?.id;
  if (root === undefined) throw new Error('there is no root key');
  if (!world.namespaces.has(namespace)) yield records.byAdmin({ operation: 'namespace.create', namespace }, { key: { id: randomId(), wrappedBy: root } }, command);
  const known = world.secrets.get(path)?.key ?? null;
  const wrappedBy = world.namespaces.get(namespace)?.key ?? root;
  yield records.byAdmin(command, { sealed: SEALED as never, key: known === null ? { id: randomId(), wrappedBy } : null });
};

const addService = function* (records: Records, n: number): Generator<LogMessage> {
  const [service, verifier, fingerprint] = [serviceOf(n), verifierOf(n), credentialOf(n)];
  const registered = records.byService({ operation: 'credential.register', service, kind: 'token', verifier, fingerprint, client: { name: 'bench', version: '1' } as never });
  yield registered;
  yield records.byAdmin({ operation: 'service.approve', service, fingerprint, seen: registered.seq as never });
};

const grant = (records: Records, n: number, { services, secrets }: Mix): LogMessage => {
  // No service comes to the same path twice, for as long as the numbers of both have no common multiple below the grants.
  const target = pathOf((n * 7) % secrets);
  return records.byAdmin({ operation: 'access.grant', service: serviceOf(n % services), target, seen: 0 as never, reason: null, duration: null, once: false, offline: null });
};

const ask = function* (records: Records, n: number, { services, secrets }: Mix): Generator<LogMessage> {
  const [service, description, read] = [serviceOf(n % services), 'is asked for' as never, { seq: 1 as never, id: randomId() }];
  yield records.byReplica({ operation: 'access.request', service, target: pathOf((n * 11 + 1) % secrets), description, format: null, pattern: null, read });
  yield records.byReplica({ operation: 'secret.stub', service, path: `${pathOf(n)}_WANTED` as SecretPath, description, format: null, pattern: null, read: 1 as never });
};

const stateRecords = function* (pen: Pen, records: Records, mix: Mix): Generator<LogMessage> {
  for (let n = 0; n < mix.secrets; n += 1) yield* writeSecret(pen, records, pathOf(n), n);
  for (let n = 0; n < mix.services; n += 1) yield* addService(records, n);
  for (let n = 0; n < mix.grants; n += 1) yield grant(records, n, mix);
  for (let n = 0; n < (mix.asked ?? 0); n += 1) yield* ask(records, n, mix);
  for (let n = 0; n < mix.rewrites; n += 1) yield* writeSecret(pen, records, pathOf(n % mix.secrets), n + mix.secrets);
};

const attempt = (n: number, { services, secrets }: Mix): ReadAttempt =>
  ({
    id: randomId(),
    service: serviceOf(n % services),
    credential: credentialOf(n % services),
    paths: [pathOf((n * 7) % secrets)],
    offline: false,
    at: Date.now(),
    client: { name: 'jetlock-client', version: '1.0.0' },
  }) as unknown as ReadAttempt;

const readRecord = (records: Records, message: number, count: number, mix: Mix): LogMessage =>
  records.reads(`r-former-${message % FORMER_REPLICAS}`, Array.from({ length: count }, (_, n) => attempt(message * READS_OF_A_MESSAGE + n, mix)));

/**
 * The messages in order, each folded by the pen's fold already. `secrets` and `services` must not be 0 where something is
 * granted or read.
 */
export const bigLog = function* (pen: Pen, mix: Mix): Generator<LogMessage> {
  const records = recordsOf(pen);
  const states = mix.secrets + mix.rewrites + 2 * (mix.services + (mix.asked ?? 0)) + mix.grants;
  let [state, read] = [0, 0];
  for (const message of stateRecords(pen, records, mix)) {
    yield message;
    state += 1;
    const due = Math.floor(mix.reads * Math.max(0, (2 * state) / states - 1));
    for (; read + READS_OF_A_MESSAGE <= Math.min(due, mix.reads); read += READS_OF_A_MESSAGE)
      yield readRecord(records, read / READS_OF_A_MESSAGE, READS_OF_A_MESSAGE, mix);
  }
};
