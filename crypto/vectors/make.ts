/** Writes the vectors beside this file. Needs Node. The same at every run: a difference is a change of a stored format. */
import { writeFileSync } from 'node:fs';
import { cases } from './cases.ts';

for (const [name, content] of Object.entries(cases)) {
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(content, null, 2)}\n`);
}
