/** Whether this browser is signed in, as whom, and how it becomes so: by its own key, without a password. */
import { shallowRef, type ShallowRef } from 'vue';
import type { SessionView } from '../../protocol/http/session.ts';
import { ApiError, asApiError } from './failure.ts';
import { SESSION_PATH, type Http } from './http.ts';
import type { Identity, IdentityStore } from './identity.ts';
import { signCommand } from './statement.ts';

/**
 * Why nobody is signed in. `unknown-browser`: it has no key; `logged-out`: here, by a person; `everywhere`: all sessions of the admin
 * were ended; `key`: the service does not take the key any more. Anything else is the refusal itself.
 */
export type Why = 'unknown-browser' | 'logged-out' | 'everywhere' | 'key' | ApiError;

/** `unknown` until the service was asked; `none`: it has to be signed in, or enrolled. */
export type SessionState =
  | { readonly status: 'unknown' }
  | { readonly status: 'none'; readonly why: Why }
  | { readonly status: 'open'; readonly session: SessionView; readonly identity: Identity };

export type Session = {
  readonly state: Readonly<ShallowRef<SessionState>>;
  /** Finds the session that is there, or signs in by the key of this browser; whether there is one now. */
  readonly resume: () => Promise<boolean>;
  /** Signs in by the key of this browser, because a person asks for it; false if it has none that the service knows. */
  readonly signIn: () => Promise<boolean>;
  /** The same by itself, where a session has ended; false too after a logout, here or everywhere, until a person has signed in. */
  readonly signInAgain: () => Promise<boolean>;
  /** Ends the session. The browser stays enrolled unless it is to be forgotten. */
  readonly end: (options?: { readonly forget: boolean }) => Promise<void>;
};

type Parts = { readonly http: () => Http; readonly store: IdentityStore; readonly origin: string };

const isOver = (thrown: unknown): thrown is ApiError => thrown instanceof ApiError && [401, 403].includes(thrown.status);

const unlessOver = (thrown: unknown): undefined | Promise<never> => (isOver(thrown) ? undefined : Promise.reject(asApiError(thrown)));

const whyOf = (refusal: ApiError): Why => {
  if (refusal.code === 'signature') return 'key';
  return refusal.code === 'unauthorized' ? 'everywhere' : refusal;
};

/** The session of one page. */
export const makeSession = ({ http, store, origin }: Parts): Session => {
  const state = shallowRef<SessionState>({ status: 'unknown' });
  let underWay: Promise<boolean> | undefined;

  const open = (identity: Identity, session: SessionView): true => {
    state.value = { status: 'open', session, identity };
    return true;
  };
  const none = (why: Why): false => {
    state.value = { status: 'none', why };
    return false;
  };
  const bySigning = async (asked: boolean): Promise<boolean> => {
    const identity = await store.load();
    // Who has logged out is not signed in again by the next query.
    if (identity === undefined) return none('unknown-browser');
    if (!asked && identity.seen === null) return none('logged-out');
    try {
      const call = await signCommand(identity, { operation: 'session.open', origin, seen: asked ? null : identity.seen });
      const session = await http().send<SessionView>('POST', SESSION_PATH, call);
      if (asked) await store.save({ ...identity, seen: session.loggedOut });
      return open(identity, session);
    } catch (thrown) {
      if (isOver(thrown)) return none(whyOf(thrown));
      throw thrown;
    }
  };
  const signIn = () => bySigning(true);
  const signInAgain = () => (underWay ??= bySigning(false).finally(() => (underWay = undefined)));
  const resume = async (): Promise<boolean> => {
    const [identity, session] = await Promise.all([store.load(), http().get<SessionView>(SESSION_PATH).catch(unlessOver)]);
    return identity !== undefined && session !== undefined && session.key === identity.key.publicKey ? open(identity, session) : signInAgain();
  };
  const end: Session['end'] = async ({ forget } = { forget: false }) => {
    const identity = await store.load();
    if (identity !== undefined) await (forget ? store.forget() : store.save({ ...identity, seen: null }));
    await http().send('DELETE', SESSION_PATH).catch(unlessOver);
    none(forget || identity === undefined ? 'unknown-browser' : 'logged-out');
  };
  return { state, resume, signIn, signInAgain, end };
};
