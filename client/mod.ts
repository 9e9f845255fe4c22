/** The public surface of the package: all of it is in this list. */
export { connect, type ConnectOptions } from './connect.ts';
export type { Client, GetOptions, Secret, WaitOptions, Wanted } from './client.ts';
export { JetlockError } from './error.ts';
