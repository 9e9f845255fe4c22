/** `jetlock access revoke SERVICE PATH|PREFIX/ [--reason TEXT]` */
import { closeAccess } from '../access-decision.ts';
import { target } from '../arguments.ts';

export const run = closeAccess({ operation: 'access.revoke', of: target, sentence: (service, of) => `${service} may not read ${of} any more` });
