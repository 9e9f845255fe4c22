/** For the tests of programs that use secrets: a real service on a nats-server of its own, on a store that is thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { newToken } from '../../crypto/credential.ts';
import { utf8 } from '../../crypto/bytes.ts';
import { SecretPath, ServiceName, Target } from '../../events/vocabulary.ts';
import { connect, type ConnectOptions } from '../connect.ts';
import { argumentError, JetlockError } from '../error.ts';
import { startInstallation, type Installation } from './installation.ts';

export type TestService = {
  /** For `createSecretsClient` and `connect`: a service that is approved, with a token of its own. */
  readonly clientOptions: ConnectOptions & { readonly namespace: string };
  /** Writes a new version. Clients are told of it where their service may read the path. */
  readonly set: (path: string, value: string | Uint8Array) => Promise<void>;
  /** Lets the service read a path, or with a `/` at its end everything below it: what an admin does with a card. */
  readonly approve: (target: string) => Promise<void>;
  /** Ends everything, and removes what it wrote. */
  readonly stop: () => Promise<void>;
};

export type TestServiceOptions = {
  /** Values by path, which the service may read from the start. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The name of the service that asks; `test` unless given. */
  readonly service?: string;
  /** Where keys without a path of their own are looked for; that of the first secret unless given, or `test`. */
  readonly namespace?: string;
};

const named = <A extends string>(codec: { readonly is: (text: unknown) => text is A }, text: string, what: string): A => {
  if (codec.is(text)) return text;
  throw argumentError(`that is not ${what}`, 'see the names in the reference of the protocol');
};

const namespaceOf = (path: string | undefined): string | undefined => path?.slice(0, path.lastIndexOf('/'));

/** What tests do with an installation; each of them is a command that an admin signs. */
const stepsIn = ({ admin }: Installation, service: ServiceName) => {
  const set: TestService['set'] = async (path, value) => admin.set(named(SecretPath, path, 'the path of a secret'), typeof value === 'string' ? utf8(value) : value);
  const approve: TestService['approve'] = async (target) => admin.grant(service, named(Target, target, 'a path, nor a prefix'));
  return { set, approve };
};

const furnished = async (installation: Installation, options: TestServiceOptions): Promise<Omit<TestService, 'stop'>> => {
  const service = named(ServiceName, options.service ?? 'test', 'the name of a service');
  const secrets = Object.entries(options.secrets ?? {});
  const namespace = options.namespace ?? namespaceOf(secrets[0]?.[0]) ?? 'test';
  const { set, approve } = stepsIn(installation, service);
  const clientOptions = { ...installation.connection, identity: { service, token: newToken().reveal() }, namespace };
  const client = await connect(clientOptions);
  // Also where that fails: a connection that tries again and again keeps a test alive.
  await client.register().finally(client.close);
  await installation.admin.approveCredentials(service);
  for (const [path, value] of secrets) {
    await set(path, value);
    await approve(path);
  }
  return { clientOptions, set, approve };
};

/**
 * Starts a service that a test has to itself, as `jetlock dev` does; a nats-server is found or fetched in the same way. Takes a
 * second or two, so start one for all tests of a file. Rejects with a JetlockError only.
 */
export const startTestService = async (options: TestServiceOptions = {}): Promise<TestService> => {
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-test-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const installation = await startInstallation(folder);
  if (E.isLeft(installation)) {
    await remove();
    throw new JetlockError({ ...installation.left, code: 'unavailable', retryable: false });
  }
  const stop = async (): Promise<void> => {
    await installation.right.stop();
    await remove();
  };
  try {
    return { ...(await furnished(installation.right, options)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
