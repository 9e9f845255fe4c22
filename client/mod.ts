/** What services may rely on: all of it is in this list, and nothing else is. */
export { connect, type ConnectOptions } from './connect.ts';
export type { Client, GetOptions, Registration, Secret, WaitOptions, Wanted } from './client.ts';
export { JetlockError } from './error.ts';
