import type { Client } from './client.ts';
import type { ServiceIdentity } from './credential.ts';

export type ConnectOptions = {
  /** Options of the NATS connection: see client/nats/connect.ts. */
  readonly nats: Record<string, unknown>;
  /** Who asks: an identity, or the path of the file that holds one. */
  readonly identity: ServiceIdentity | string;
  /** The Ed25519 public key of the service, base64url; or the word that trusts whoever answers first. */
  readonly servicePublicKey: string | { readonly trustFirstUse: true };
  readonly prefix?: string;
  readonly client?: { readonly name: string; readonly version: string };
};

export declare const connect: (options: ConnectOptions) => Promise<Client>;
