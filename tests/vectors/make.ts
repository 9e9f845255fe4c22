/** Writes the vectors into the documentation. The same at every run: a difference is a change of the wire or of a stored format. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { log } from './log.ts';
import { wire } from './wire.ts';

const folder = new URL('../../docs/reference/vectors/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries({ wire, log })) writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(content, null, 2)}\n`);
