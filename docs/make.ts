/** Writes the pages of the documentation that are made from code. */
import { writeFileSync } from 'node:fs';
import { reference } from '../cli/reference.ts';
import { httpReference } from '../protocol/http/reference.ts';

writeFileSync(new URL('reference/cli.md', import.meta.url), reference());
writeFileSync(new URL('reference/http.md', import.meta.url), httpReference());
