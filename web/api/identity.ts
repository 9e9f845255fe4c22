/** Who this browser is to a service: kept in its database, so that it signs in again by itself. */
import { createStore, del, get, set } from 'idb-keyval';
import type { AdminName, Id, PublicKey, Sequence } from '../../events/vocabulary.ts';
import type { BrowserKey } from './browser-key.ts';

/**
 * `signer`: the service's signing key, trusted since the browser was enrolled. `seen`: the last logout everywhere before a person
 * signed in here; null where it waits for a person.
 */
export type Identity = {
  readonly admin: AdminName;
  readonly keyring: Id;
  readonly signer: PublicKey;
  readonly key: BrowserKey;
  readonly seen: Sequence | null;
};

export type IdentityStore = {
  readonly load: () => Promise<Identity | undefined>;
  readonly save: (identity: Identity) => Promise<void>;
  readonly forget: () => Promise<void>;
};

const NAME = 'identity';

/** The browser's own database; another origin has another one. */
export const browserIdentity = (): IdentityStore => {
  const store = createStore('jetlock', 'console');
  return {
    load: () => get<Identity>(NAME, store),
    save: (identity) => set(NAME, identity, store),
    forget: () => del(NAME, store),
  };
};
