/** Whether this browser is signed in, as whom, and how it becomes so: by its own key, without a password. */
import { shallowRef, type ShallowRef } from 'vue';
import type { AdminName, Id, PublicKey, Role } from '../../events/vocabulary.ts';
import { ApiError } from './failure.ts';
import { SESSION_PATH, type Http } from './http.ts';
import type { Identity, IdentityStore } from './identity.ts';
import { signCommand } from './statement.ts';

/** As the service tells it. Times in milliseconds since 1970 UTC. */
export type SessionView = {
  readonly admin: AdminName;
  readonly role: Role;
  readonly key: PublicKey;
  readonly csrf: string;
  readonly idleUntil: number;
  readonly until: number;
  readonly keyring: Id;
};

/** `unknown` until the service was asked; `none`: it has to be signed in, or enrolled. */
export type SessionState =
  | { readonly status: 'unknown' | 'none' }
  | { readonly status: 'open'; readonly session: SessionView; readonly identity: Identity };

export type Session = {
  readonly state: Readonly<ShallowRef<SessionState>>;
  /** Finds the session that is there, or signs in by the key of this browser; whether there is one now. */
  readonly resume: () => Promise<boolean>;
  /** Signs in by the key of this browser; false if it has none that the service knows. */
  readonly signIn: () => Promise<boolean>;
  /** Ends the session. The browser stays enrolled unless it is to be forgotten. */
  readonly end: (options?: { readonly forget: boolean }) => Promise<void>;
};

type Parts = { readonly http: () => Http; readonly store: IdentityStore; readonly origin: string };

const isOver = (thrown: unknown): boolean => thrown instanceof ApiError && [401, 403].includes(thrown.status);

/** The session of one page. */
export const makeSession = ({ http, store, origin }: Parts): Session => {
  const state = shallowRef<SessionState>({ status: 'unknown' });
  let underWay: Promise<boolean> | undefined;
  // Who has logged out is not signed in again by the next query.
  let ended = false;

  const open = (identity: Identity, session: SessionView): true => {
    ended = false;
    state.value = { status: 'open', session, identity };
    return true;
  };
  const none = (): false => {
    state.value = { status: 'none' };
    return false;
  };
  const bySigning = async (): Promise<boolean> => {
    const identity = await store.load();
    if (identity === undefined) return none();
    try {
      const call = await signCommand(identity, { operation: 'session.open', origin });
      return open(identity, await http().send<SessionView>('POST', SESSION_PATH, call));
    } catch (thrown) {
      if (isOver(thrown)) return none();
      throw thrown;
    }
  };
  const signIn = () => (underWay ??= bySigning().finally(() => (underWay = undefined)));
  const resume = async (): Promise<boolean> => {
    if (ended) return none();
    const [identity, session] = await Promise.all([store.load(), http().get<SessionView>(SESSION_PATH).catch((thrown: unknown) => (isOver(thrown) ? undefined : Promise.reject(thrown as Error)))]);
    return identity !== undefined && session !== undefined && session.key === identity.key.publicKey ? open(identity, session) : signIn();
  };
  const end: Session['end'] = async ({ forget } = { forget: false }) => {
    ended = true;
    await http().send('DELETE', SESSION_PATH).catch((thrown: unknown) => (isOver(thrown) ? undefined : Promise.reject(thrown as Error)));
    if (forget) await store.forget();
    none();
  };
  return { state, resume, signIn, end };
};
