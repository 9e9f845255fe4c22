/** Values from a service: connected with the first request, registered where the service does not know us yet. */
import type { ServiceName } from '../events/vocabulary.ts';
import { newApplied } from './applied.ts';
import type { Client, Secret, Wanted } from './client.ts';
import { connectAs, type Checked } from './connect.ts';
import { ABORTED, CLOSED, JetlockError } from './error.ts';
import { deniedCredential, notAvailable, pendingCredential } from './missing.ts';
import { backOff, systemTime } from './retry.ts';
import type { Wish } from './schema.ts';
import type { Got, Gotten, Source } from './source.ts';
import { GAP_MS } from './wait.ts';


/** One attempt to connect is shared by all who ask meanwhile; after a failure the next one tries again. */
const connectionOf = (connect: () => Promise<Client>) => {
  let connecting: Promise<Client> | undefined;
  let closed = false;
  const connected = async (): Promise<Client> => {
    if (closed) throw new JetlockError(CLOSED);
    connecting ??= connect().catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  const close = async (): Promise<void> => {
    closed = true;
    const client = await connecting?.catch(() => undefined);
    await client?.close();
  };
  return { connected, close };
};

const wantedOf = ({ key: _, default: __, required: ___, ...wanted }: Wish): Wanted => wanted;

const byKey = (wishes: ReadonlyArray<Wish>, secrets: ReadonlyArray<Secret>): Gotten => {
  const byPath = new Map(secrets.map((secret) => [secret.path, secret]));
  return new Map(wishes.flatMap(({ key, path }): ReadonlyArray<[string, Got]> => {
    const secret = byPath.get(path);
    return secret === undefined ? [] : [[key, secret]];
  }));
};

const isCode = (error: unknown, code: string): error is JetlockError => error instanceof JetlockError && error.code === code;

/** Makes our credential known; that it waits for approval, or was denied, is the failure. */
const register = async (service: ServiceName, client: Client): Promise<void> => {
  const { status, fingerprint } = await client.register();
  if (status === 'pending_approval') throw pendingCredential(service, fingerprint);
  if (status === 'denied') throw deniedCredential(service, fingerprint);
};

/** Asks as one who is known, or finds out why not. */
const asKnown = async <A>(service: ServiceName, client: Client, ask: () => Promise<A>): Promise<A> => {
  try {
    return await ask();
  } catch (error) {
    if (isCode(error, 'credential_pending')) throw pendingCredential(service, client.fingerprint);
    if (!isCode(error, 'unauthorized')) throw error;
    await register(service, client);
    return ask();
  }
};

/** Nobody there to connect to is waited for as well. */
const connectedWithin = async (connected: () => Promise<Client>, end: number, signal: AbortSignal | undefined): Promise<Client> => {
  for (let failed = 1; ; failed += 1) {
    if (signal?.aborted === true) throw new JetlockError(ABORTED);
    try {
      return await connected();
    } catch (error) {
      const pauseMs = backOff(failed);
      if (!(error as JetlockError).retryable || Date.now() + pauseMs >= end) throw error;
      await systemTime.pause(pauseMs, signal);
    }
  }
};

/** Waits as one who is known, or will be. */
const waited = async (service: ServiceName, client: Client, wait: () => Promise<ReadonlyArray<Secret>>): Promise<ReadonlyArray<Secret>> => {
  try {
    return await wait();
  } catch (error) {
    if (!isCode(error, 'unauthorized')) throw error;
    await register(service, client).catch((pending: unknown) => {
      if (!isCode(pending, 'credential_pending')) throw pending;
    });
    return wait();
  }
};

export const serverSource = (checked: Checked): Source => {
  const { service } = checked.identity;
  const { connected, close } = connectionOf(() => connectAs(checked));
  const missing: Source['missing'] = (wishes, asked) => notAvailable(service, wishes, asked);

  const read: Source['read'] = async (wishes) => {
    const client = await connected();
    const { secrets } = await asKnown(service, client, () => client.getMany(wishes.map(wantedOf)));
    return byKey(wishes, secrets);
  };
  const next: Source['next'] = async (had) => {
    const { secrets, refused } = await (await connected()).watch(had.map(({ wish, version }) => ({ ...wantedOf(wish), ...(version > 0 ? { version } : {}) })));
    const wishes = had.map(({ wish }) => wish);
    const lost = wishes.filter(({ path }) => refused.includes(path)).map(({ key }) => [key, undefined] as const);
    return new Map<string, Got | undefined>([...byKey(wishes, secrets), ...lost]);
  };
  const wait: Source['wait'] = async (wishes, { timeoutMs, ...signal }) => {
    const end = Date.now() + timeoutMs;
    const client = await connectedWithin(connected, end, signal.signal);
    try {
      const secrets = await waited(service, client, () => client.waitFor(wishes.map(wantedOf), { timeoutMs: Math.max(1, end - Date.now()), ...signal }));
      return byKey(wishes, secrets);
    } catch (error) {
      if (isCode(error, 'credential_pending')) throw pendingCredential(service, client.fingerprint);
      if (!isCode(error, 'refused')) throw error;
      throw missing(wishes.filter(({ path }) => error.paths.includes(path)), wishes.length);
    }
  };
  const applied = newApplied(connected, systemTime);
  const end = async () => {
    applied.close();
    await close();
  };
  return { read, wait, missing, next, applied: applied.tell, dropped: applied.drop, gapMs: GAP_MS, listen: async (listener) => (await connected()).onChange(listener), close: end };
};
