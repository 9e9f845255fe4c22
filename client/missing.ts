/** What a program is told when it cannot have its secrets, for whoever reads it at night: names, and the next thing to type. */
import type { ServiceName } from '../events/vocabulary.ts';
import { JetlockError } from './error.ts';
import type { Mismatch } from './expected.ts';
import type { Wish } from './schema.ts';

const count = (wishes: ReadonlyArray<unknown>, asked: number): string => (asked === 1 ? '' : `${wishes.length} of ${asked} secrets: `);

const named = ({ key, path }: Wish): string => `${key} (${path})`;

/** The service does not say whether there is no value or no access; so both are named. */
export const notAvailable = (service: ServiceName, wishes: ReadonlyArray<Wish>, asked: number): JetlockError => {
  const [first, ...others] = wishes;
  const path = first === undefined || others.length > 0 ? 'PATH' : first.path;
  return new JetlockError({
    code: 'refused',
    message: `no value, or no access for service ${service}: ${count(wishes, asked)}${wishes.map(named).join(', ')}`,
    hint: `an admin sees what was asked for in jetlock inbox; sets it: jetlock secret set ${path}; lets it be read: jetlock access grant ${service} ${path}`,
    retryable: false,
    paths: wishes.map((wish) => wish.path),
  });
};

/** @param where what is looked into, in words */
export const notSet = (where: string, wishes: ReadonlyArray<Wish>, asked: number): JetlockError =>
  new JetlockError({
    code: 'refused',
    message: `not set in ${where}: ${count(wishes, asked)}${wishes.map(({ key }) => key).join(', ')}`,
    hint: 'set them there; without JETLOCK_MODE=env they come from a Jetlock service',
    retryable: false,
    paths: wishes.map(({ path }) => path),
  });

/** @param where what was looked into, in words */
export const notAsExpected = (where: string, mismatches: ReadonlyArray<Mismatch>): JetlockError =>
  new JetlockError({
    code: 'mismatch',
    message: `not what the schema expects, in ${where}: ${mismatches.map(({ wish, lacks }) => `${wish.key} (${lacks})`).join(', ')}`,
    hint: 'correct the value there, or what the schema says of it',
    retryable: false,
    paths: [...new Set(mismatches.map(({ wish }) => wish.path))],
  });

export const pendingCredential = (service: ServiceName, fingerprint: string): JetlockError =>
  new JetlockError({
    code: 'credential_pending',
    message: `the credential of service ${service} waits for approval: ${fingerprint}`,
    hint: `an admin compares the fingerprint, then types: jetlock service approve ${service} ${fingerprint}`,
    retryable: false,
  });

export const deniedCredential = (service: ServiceName, fingerprint: string): JetlockError =>
  new JetlockError({
    code: 'unauthorized',
    message: `an admin has denied or revoked the credential of service ${service}: ${fingerprint}`,
    hint: 'ask why, or give the program another identity: jetlock register',
    retryable: false,
  });
