/** `jetlock service deny NAME [CREDENTIAL]` */
import { decideCredential } from '../decide-credential.ts';

export const run = decideCredential({ operation: 'service.deny', of: 'pending', makes: 'denied' });
