/**
 * `npm run check`: types, lint and who imports whom, in two rows beside each other, since most machines have two processors at least.
 * What one of them says is told when it ends, so that they do not mix.
 */
import { execFile } from 'node:child_process';

type Said = { readonly ok: boolean; readonly text: string };

/** About as long as each other: to lint by types takes as long as all the others. */
const ROWS = [['lint'], ['types', 'boundaries']] as const;

const run = (script: string): Promise<Said> =>
  new Promise((resolve) => {
    execFile('npm', ['run', '--silent', script], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => resolve({ ok: error === null, text: stdout + stderr }));
  });

/** One after the other, to the end: what a later one finds is told as well. */
const row = async (scripts: ReadonlyArray<string>): Promise<boolean> => {
  let isGood = true;
  for (const script of scripts) {
    const { ok, text } = await run(script);
    process.stdout.write(text);
    if (!ok) console.error(`npm run ${script} failed`);
    isGood &&= ok;
  }
  return isGood;
};

const results = await Promise.all(ROWS.map(row));
process.exitCode = results.every((isGood) => isGood) ? 0 : 1;
