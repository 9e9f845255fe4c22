/** Writes the pages of the documentation that are made from code. */
import { writeFileSync } from 'node:fs';
import { reference } from '../cli/reference.ts';

writeFileSync(new URL('reference/cli.md', import.meta.url), reference());
