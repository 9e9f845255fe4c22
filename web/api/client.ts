/** The service as the console has it: queries, signed commands, and the session they need. */
import type { AdminCommand } from '../../events/command.ts';
import { VALUE_BYTES_MAX, valueTooLarge } from '../format/value.ts';
import type { Note, SecretPath } from '../../events/vocabulary.ts';
import type { Done } from '../../protocol/operations.ts';
import type { ServiceKeys } from '../../protocol/wire.ts';
import { ApiError, refusedHere } from './failure.ts';
import { makeHttp, type Http } from './http.ts';
import { browserIdentity, type Identity, type IdentityStore } from './identity.ts';
import { routeOf, type ConsoleCommand } from './routes.ts';
import { makeSession, type Session } from './session.ts';
import { newStatementId, signCommand, type SignedCall } from './statement.ts';

export type Write = {
  readonly path: SecretPath;
  /** At most 64 KiB. */
  readonly value: Uint8Array;
  readonly description: Note | null;
  /** The version that may be replaced, 0 for none; null for whichever is there. */
  readonly ifVersion: number | null;
};

export type Client = {
  readonly baseUrl: string;
  readonly http: Http;
  readonly session: Session;
  readonly store: IdentityStore;
  /** Signs a command and gives it; what became of it. The same statement is sent again where no answer came: it is carried out at most once. */
  readonly command: (command: ConsoleCommand) => Promise<Done>;
  /** Seals a value in the browser, and writes it. */
  readonly write: (write: Write) => Promise<Done>;
};

export type ClientOptions = { readonly baseUrl?: string; readonly fetch?: typeof globalThis.fetch; readonly store?: IdentityStore };

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 400;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Not of ours alone: a proxy between may have lost the answer. */
const canPass = (thrown: unknown): boolean => thrown instanceof ApiError && thrown.retryable && thrown.code !== 'busy';

const sent = async (http: Http, command: ConsoleCommand, call: SignedCall): Promise<Done> => {
  const [method, path] = routeOf(command);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await http.send<Done>(method, path, call);
    } catch (thrown) {
      if (!canPass(thrown) || attempt === ATTEMPTS) throw thrown;
      await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
};

const identityOf = (session: Session): Identity => {
  const { value } = session.state;
  if (value.status !== 'open') throw refusedHere('unauthorized', 'nobody is signed in', 'sign in, then try again');
  return value.identity;
};

/** The service at an address, which has to be the origin of the page or stand behind the same one. */
export const makeClient = ({ baseUrl = '', fetch = globalThis.fetch.bind(globalThis), store = browserIdentity() }: ClientOptions = {}): Client => {
  const session = makeSession({ http: () => http, store, origin: globalThis.location.origin });
  const csrf = () => (session.state.value.status === 'open' ? session.state.value.session.csrf : undefined);
  const http: Http = makeHttp({ baseUrl, fetch, csrf, signInAgain: () => (session.state.value.status === 'open' ? session.signInAgain() : Promise.resolve(false)) });

  const command: Client['command'] = async (wanted) => sent(http, wanted, await signCommand(identityOf(session), wanted));

  const write: Client['write'] = async ({ path, value, description, ifVersion }) => {
    if (value.length > VALUE_BYTES_MAX) throw valueTooLarge(value.length);
    const [{ sealable }, keys] = await Promise.all([import('./seal.ts'), http.get<ServiceKeys>('/keys')]);
    const identity = identityOf(session);
    const { digest, seal } = await sealable(value, keys, identity.signer);
    const id = newStatementId();
    const wanted = { operation: 'secret.write', path, digest, description, ifVersion } as ConsoleCommand & AdminCommand;
    return sent(http, wanted, { ...(await signCommand(identity, wanted, id)), sealed: seal(id) });
  };
  return { baseUrl, http, session, store, command, write };
};
