/** A requesting program's command line against a service that is nothing but its wire, in a home folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { writeDevFile } from '../../cli/dev-file.ts';
import { memoryIo, type Setting } from '../../cli/memory-io.ts';
import { runProgram } from '../../cli/program.ts';
import { toBase64, utf8 } from '../../crypto/bytes.ts';
import { tokenDigest } from '../../crypto/credential.ts';
import { credentialFingerprint } from '../../crypto/fingerprint.ts';
import type { RefusalCode } from '../../events/refusal.ts';
import type { Credential } from '../../protocol/wire.ts';
import { fakeService, type FakeService, type Seen } from './fake-service.ts';
import { orThrow } from './or-throw.ts';

export type Result = { readonly code: number; readonly stdout: string; readonly bytes: Buffer; readonly stderr: string };

/** What the service knows: values by path, how credentials stand, or the one refusal that everything gets. */
export type Known = {
  readonly values: Map<string, { readonly version: number; readonly value: string | Uint8Array }>;
  status: 'pending_approval' | 'approved' | 'denied';
  refusal: RefusalCode | undefined;
};

export type Requester = {
  readonly service: FakeService;
  readonly known: Known;
  /** Where the commands are typed; the home folder is `home` in it. */
  readonly directory: string;
  readonly jetlock: (args: string, setting?: Setting) => Promise<Result>;
  /** From now on `jetlock dev` runs in the directory. */
  readonly startDev: () => Promise<void>;
};

const verifierOf = (credential: Credential) => {
  if (credential.kind === 'token') return credentialFingerprint('token', tokenDigest(credential.token));
  if (credential.kind === 'key') return credentialFingerprint('key', credential.key);
  throw new Error('no credential of a service');
};

const bytesOf = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? utf8(value) : value);

const got = ({ values }: Known, path: string) => {
  const one = values.get(path);
  return one === undefined ? { path, outcome: 'refused' } : { path, outcome: 'value', version: one.version, offlineUntil: null, value: toBase64(bytesOf(one.value)) };
};

const answerTo = (known: Known, { request }: Seen) => {
  const body = JSON.parse(request.body) as { readonly paths?: ReadonlyArray<{ readonly path: string }> };
  if (known.refusal !== undefined) return { refusal: known.refusal };
  if (body.paths === undefined) return { result: { status: known.status, fingerprint: verifierOf(request.credential) } };
  return { result: { seq: 1, messageHash: toBase64(new Uint8Array(32)), checkpoint: null, results: body.paths.map(({ path }) => got(known, path)), more: [] } };
};

const devFile = ({ signer, keyring }: FakeService) => ({
  natsUrl: 'nats://127.0.0.1:1',
  httpUrl: 'http://127.0.0.1:1',
  publicKey: signer.publicKey,
  keyring,
  adminKey: 'none',
  natsIdentities: { client: 'none', auditor: 'none', provisioner: 'none' },
});

/** Everything is thrown away at the end of the test. */
export const requester = async (t: { readonly teardown: (end: () => Promise<void>) => void }): Promise<Requester> => {
  const directory = await mkdtemp(join(tmpdir(), 'jetlock-cli-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const service = fakeService();
  const known: Known = { values: new Map(), status: 'pending_approval', refusal: undefined };
  service.script.answer = (seen) => answerTo(known, seen);
  const jetlock: Requester['jetlock'] = async (args, { environment, ...setting } = {}) => {
    const own = { HOME: join(directory, 'home'), JETLOCK_SIGNING_KEY: service.signer.publicKey, ...environment };
    const { io, stdout, stdoutBytes, stderr } = memoryIo({ directory, environment: own, ...setting });
    const code = await runProgram(args.split(' '), { ...io, reach: TE.right(service.transport) });
    return { code, stdout: stdout(), bytes: stdoutBytes(), stderr: stderr() };
  };
  const startDev = async (): Promise<void> => {
    orThrow(writeDevFile(directory, devFile(service)));
  };
  return { service, known, directory, jetlock, startDev };
};
