/** `jetlock access deny SERVICE PATH [--reason TEXT]` */
import { closeAccess } from '../access-decision.ts';
import { secretPath } from '../arguments.ts';

export const run = closeAccess({ operation: 'access.deny', of: secretPath, sentence: (service, path) => `${service} is denied ${path}` });
