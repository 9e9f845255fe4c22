/** A service that reads one secret, with the wire by hand: what tests of bad input start from. */
import type { ExecutionContext } from 'ava';
import { newTokenIdentity, type AdminIdentity, type ServiceIdentity } from '../../client/credential.ts';
import { toBase64, utf8 } from '../../crypto/bytes.ts';
import { newSalt, valueDigest } from '../../crypto/hash.ts';
import type { RefusalCode } from '../../events/refusal.ts';
import { barePath } from '../../protocol/operations.ts';
import type { Enclosed } from '../../protocol/wire.ts';
import { startJetlock, subjects, type Jetlock } from './jetlock.ts';
import { serviceOf, stepsOf } from './steps.ts';
import { inTime, openWire, statementOf, type Answer, type Parts, type Wire } from './wire.ts';

export const PATH = 'prod/wire/KEY';
/** Where the service asks, and what. */
export const own = `${subjects.get}.wire-api`;
export const body = { paths: [barePath(PATH)], offline: false };

export type ByHand = {
  readonly jetlock: Jetlock;
  readonly wire: Wire;
  readonly steps: ReturnType<typeof stepsOf>;
  readonly identity: ServiceIdentity;
  /** The service's usual request, but for what is given. */
  readonly get: (parts?: Parts, to?: string) => Promise<Answer>;
  readonly asAdmin: (operation: string, command: object, by?: AdminIdentity, parts?: Readonly<Record<string, unknown>>) => Promise<Answer>;
};

/** `wire-api` is approved, and its path granted. */
export const startByHand = async (): Promise<ByHand> => {
  const identity = newTokenIdentity(serviceOf('wire-api'));
  const jetlock = await startJetlock();
  const [wire, steps] = [await openWire(jetlock), stepsOf(jetlock)];
  await (await steps.approved('wire-api', identity)).close();
  await steps.write(PATH, 'v');
  await steps.grant('wire-api', PATH);
  return {
    ...{ jetlock, wire, steps, identity },
    get: (parts = {}, to = own) => {
      const once = (): Promise<Answer> => wire.asService(identity, to, body, { subject: to, ...parts });
      // The same id once more would be a copy, and refused as one.
      return 'id' in parts ? once() : inTime(once);
    },
    asAdmin: (operation, command, by = jetlock.identity, parts = {}) => wire.asAdmin(subjects.admin(operation), statementOf(by, { operation, ...command }, parts)),
  };
};

export const refused = (t: ExecutionContext, { refusal, result }: Answer, code: RefusalCode, what?: string): void => {
  t.is(result, null, what);
  t.is(refusal?.code, code, what);
};

export const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));

/** The command of a write, and the value beside it. */
export const writing = (path: string, value: Uint8Array) => {
  const salt = newSalt();
  const enclosed = { value: toBase64(value), salt: toBase64(salt) } as Enclosed;
  return { command: { operation: 'secret.write', path, digest: valueDigest(salt, value), description: null, ifVersion: null }, enclosed };
};
