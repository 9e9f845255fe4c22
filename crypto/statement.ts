/** What an admin signs. Apart from signing itself, which a browser does without libsodium. */
import { frame } from './frame.ts';

/** What an admin signs: the command as text. */
export const statementBytes = (statement: string): Uint8Array => frame('jetlock statement v1', statement);
