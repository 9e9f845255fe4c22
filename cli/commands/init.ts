/** `jetlock init`: stream, buckets, keyring and first admin on the user's own NATS. */
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { finishFirstAdmin, prepareFirstAdmin } from '../first-admin.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { tell } from '../output.ts';
import { connectForService, failureOfService } from '../services.ts';
import { fail, type Failure } from '../failure.ts';
import type { Run } from '../verb.ts';

type Made = { readonly adminKey: string; readonly publicKey: string; readonly keyring: string };

const make = async (nc: NatsConnection, { text }: Options, { directory }: Io): Promise<Either<Failure, Made>> => {
  const dataDir = resolve(directory, text['data'] ?? '.jetlock');
  const adminKey = resolve(directory, text['identity'] ?? `${dataDir}/admin.json`);
  const admin = prepareFirstAdmin(adminKey);
  if (E.isLeft(admin)) return admin;
  const { init } = await import('../../services/serve.ts');
  const replicas = text['replicas'] === '3' ? 3 : 1;
  const firstAdmin = { admin: admin.right.admin, publicKey: admin.right.publicKey };
  const made = await init({ nc, dataDir: `${dataDir}/data`, firstAdmin, replicas });
  if (E.isLeft(made)) return E.left(failureOfService(made.left));
  const { keyring, servicePublicKey, enrolled } = made.right;
  if (!enrolled) return E.left(fail(EXIT.configuration, 'there is a keyring already, and its admins are others', 'ask one of them: jetlock admin add'));
  const finished = finishFirstAdmin(adminKey, admin.right, made.right);
  return E.isLeft(finished) ? finished : E.right({ adminKey, publicKey: servicePublicKey, keyring });
};

const lines = ({ adminKey, publicKey }: Made): ReadonlyArray<string> => [
  `first admin   ${adminKey}`,
  `service key   ${publicKey}`,
  'keep the admin file safe; without it nobody can approve anything',
  'next: jetlock serve',
];

export const run: Run = (_args, options, io) => async (): Promise<Either<Failure, ExitCode>> => {
  const nc = await connectForService(options, io, { name: 'jetlock-init', user: 'client', inboxPrefix: '_INBOX_PROVISIONER' });
  if (E.isLeft(nc)) return nc;
  const made = await make(nc.right, options, io);
  await nc.right.close();
  return E.isLeft(made) ? made : E.right(await tell({ options, io }, lines(made.right), made.right)());
};
