/** `jetlock service approve NAME [CREDENTIAL]` */
import { decideCredential } from '../decide-credential.ts';

export const run = decideCredential({ operation: 'service.approve', of: 'pending', makes: 'approved' });
