/** What services may rely on: all of it is in this list, and nothing else is. */
export { createSecretsClient, generateServiceToken, type SecretsOptions } from './secrets.ts';
export type { SecretsClient } from './typed.ts';
export type { Descriptions, ForKey, KeyOf, Schema, Values, Wishes } from './schema.ts';
export type { Change, OnError } from './handlers.ts';
export type { Waiting } from './source.ts';
export type { Fetch } from './http.ts';
export { readNamespace, type NamespaceAt, type ReadNamespaceOptions } from './read-namespace.ts';
export { connect, type ConnectOptions } from './connect.ts';
export type { OfflineOptions } from './offline/options.ts';
export type { OfflineUse } from './offline/offline.ts';
export type { Client, GetOptions, Registration, Secret, WaitOptions, Wanted } from './client.ts';
export type { Redacted } from '../crypto/redacted.ts';
export { JetlockError } from './error.ts';
