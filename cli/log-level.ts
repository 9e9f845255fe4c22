/** How much the service writes to stderr: `JETLOCK_LOG_LEVEL`, which is no option of a command. */
import * as E from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';
import type { Io } from './io.ts';

/** As the logger knows them; it throws where it is given another one. */
const LEVELS: ReadonlyArray<string> = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** @param otherwise where nothing is set, or an empty text, as `${X:-}` of a compose file sets it */
export const logLevel = ({ environment }: Io, otherwise: 'info' | 'warn'): Either<Failure, string> =>
  E.fromPredicate(
    (level: string) => LEVELS.includes(level),
    () => fail(EXIT.configuration, 'JETLOCK_LOG_LEVEL is not a level', `unset it, or set it to one of ${LEVELS.join(', ')}`),
  )(environment['JETLOCK_LOG_LEVEL'] || otherwise);
