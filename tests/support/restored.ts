/** Backups of an installation under test, and what is restored from them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import type { NatsConnection } from 'nats';
import type { AdminIdentity } from '../../client/credential.ts';
import type { Key, Lock } from '../../services/backup/age.ts';
import { backup, type BackupOptions } from '../../services/backup/backup.ts';
import { restore, type RestoreOptions } from '../../services/backup/restore.ts';
import { serve } from '../../services/serve.ts';
import { clientsOf, connectionsTo } from './clients.ts';
import type { Jetlock } from './jetlock.ts';
import { orThrow } from './or-throw.ts';

type Teardown = { readonly teardown: (end: () => Promise<unknown>) => void };

/** A pair of keys of age: quick, where a passphrase takes seconds. */
export const newKeys = async (): Promise<{ readonly identity: string; readonly recipient: string; readonly lock: Lock; readonly key: Key }> => {
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  return { identity, recipient, lock: { recipients: [recipient] }, key: { identities: [identity] } };
};

/** A folder that is thrown away. */
export const newFolder = async (t: Teardown): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'jetlock-backup-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export const backUp = async ({ connection, dataDir }: Jetlock, path: string, lock: Lock, more: Partial<BackupOptions> = {}) =>
  backup({ nc: await connection(), dataDir: join(dataDir, 'data'), path, lock, tell: () => undefined, ...more });

export const putBack = (nc: NatsConnection, dataDir: string, path: string, key: Key, more: Partial<RestoreOptions> = {}) =>
  restore({ nc, dataDir, path, key, replicas: undefined, tell: () => undefined, ...more });

type From = { readonly path: string; readonly key: Key; readonly identity: AdminIdentity };

/** Restores a backup onto servers that hold nothing, and serves it there. */
export const serveRestored = async (t: Teardown, urls: ReadonlyArray<string>, { path, key, identity }: From, more: Partial<RestoreOptions> = {}) => {
  const { connection, close } = connectionsTo(urls);
  t.teardown(close);
  const dataDir = join(await newFolder(t), 'data');
  const nc = await connection();
  const restored = orThrow(await putBack(nc, dataDir, path, key, more));
  const start = () => serve({ nc, requests: nc, known: nc, dataDir, http: { host: '127.0.0.1', port: 0 }, logLevel: 'silent', acceptHistory: undefined, firstAdmin: undefined });
  const service = orThrow(await start());
  t.teardown(() => service.stop());
  return { restored, service, dataDir, connection, ...(await clientsOf(identity, connection)) };
};
