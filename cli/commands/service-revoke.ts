/** `jetlock service revoke NAME [CREDENTIAL]` */
import { decideCredential } from '../decide-credential.ts';

export const run = decideCredential({ operation: 'service.revoke', of: 'approved', makes: 'revoked' });
