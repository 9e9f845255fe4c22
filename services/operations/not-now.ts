/** Why the read models do not answer, as a refusal. */
import { isLeft, left, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { NotRead } from '../../projections/read.ts';
import type { NotNow } from '../../projections/run.ts';

/** What a read model cannot say now is unavailable; an entry that does not decode is mended by a rebuild. */
const toRefusal = (why: NotRead | NotNow): Refusal =>
  refuse('unavailable', why._tag === 'bad_entry' ? `entry ${why.key} of ${why.bucket}: run jetlock projections rebuild` : why._tag);

export const told = <A>(answer: Either<NotRead | NotNow, A>): Either<Refusal, A> => (isLeft(answer) ? left(toRefusal(answer.left)) : answer);
