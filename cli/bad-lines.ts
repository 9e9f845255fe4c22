/** What a command says of a .env file that cannot be taken: every line that is in the way, and nothing of what is in it. */
import type { BadLine } from './dotenv.ts';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';

export const badLines = (file: string, lines: ReadonlyArray<BadLine>): Failure => ({
  ...fail(EXIT.badInput, `nothing was written: ${file} has ${lines.length === 1 ? 'a line' : `${lines.length} lines`} that cannot be taken`, 'mend the file, then try again'),
  code: 'bad_lines',
  details: lines.map(({ line, problem }) => `line ${line}: ${problem}`),
});
