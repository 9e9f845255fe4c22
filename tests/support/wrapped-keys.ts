/** What somebody who reads a store's bytes finds of wrapped keys, also of those that were overwritten or purged, and what opens. */
import { readFile } from 'node:fs/promises';
import { Kvm } from '@nats-io/kv';
import { isRight } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { fromBase64 } from '../../crypto/bytes.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { keyFingerprint, unwrapKey } from '../../crypto/wrap.ts';
import { WrappedKey } from '../../services/keyring/key-store.ts';
import { filesIn } from './needles.ts';

type Found = { readonly id: string; readonly key: WrappedKey };

// A marker of a purge has a subject and no key: what comes after belongs to the next subject.
const ENTRY = /\$KV\.secrets_keys\.key\.([A-Za-z0-9_-]{22})(?:(?!\$KV\.)[^{])*(\{"v":1,"purpose":[^{}]*\{[^{}]*\}\})/g;

const decodedOf = ([, id = '', text = '']: ReadonlyArray<string | undefined>): ReadonlyArray<Found> => {
  const decoded = WrappedKey.decode(JSON.parse(text));
  return isRight(decoded) ? [{ id, key: decoded.right }] : [];
};

/** Every wrapped key whose bytes are in a file of a store, newest or not. */
export const wrappedKeysIn = async (directory: string): Promise<ReadonlyArray<Found>> => {
  const found: Found[] = [];
  for (const file of await filesIn(directory))
    if (file.endsWith('.blk')) for (const match of (await readFile(file, 'latin1')).matchAll(ENTRY)) found.push(...decodedOf(match));
  return found;
};

/** Names of all the keys that open, one by another, beginning with an operator's key. */
export const openedFrom = (operatorKey: string, found: ReadonlyArray<Found>): ReadonlySet<string> => {
  const operator = new Redacted(fromBase64(operatorKey));
  const keys = new Map<string, Redacted<Uint8Array>>([[keyFingerprint(operator), operator]]);
  for (let before = 0; before < keys.size; ) {
    before = keys.size;
    for (const { id, key } of found) {
      const by = keys.get(key.wrappedBy);
      const opened = by === undefined ? undefined : unwrapKey(by, key.sealed, { id, purpose: key.purpose, wrappedBy: key.wrappedBy });
      if (opened !== undefined) keys.set(id, opened);
    }
  }
  return new Set(keys.keys());
};

/** The names of all wrapped keys that there are, in order. */
export const namesOfKeys = async (nc: NatsConnection): Promise<ReadonlyArray<string>> => {
  const names: string[] = [];
  for await (const name of await (await new Kvm(nc).open('secrets_keys')).keys()) names.push(name);
  return names.sort();
};
