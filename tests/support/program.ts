/** `jetlock` as it was bundled for this run of the tests, see `ava.config.js`. */
import { resolve } from 'node:path';

export const PROGRAM = resolve(process.env['TEST_PROGRAM'] ?? '');
