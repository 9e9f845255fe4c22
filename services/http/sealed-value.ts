/** The value of a write that came sealed to our box key. */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Id } from '../../events/vocabulary.ts';
import { SealedValue } from '../../protocol/http/signed-call.ts';
import type { Enclosed, SealedRequest } from '../../protocol/wire.ts';
import { openContent, type Opener } from '../request/open.ts';

/** @param statement the one that the value was sealed for: in another box it counts for nothing */
export const makeOpenValue =
  (opener: Opener) =>
  async (sealed: SealedRequest, statement: Id, asker: string): Promise<Either<Refusal, Enclosed>> => {
    const opened = await openContent(opener, sealed, SealedValue, asker);
    if (isLeft(opened)) return opened;
    const { value, salt } = opened.right;
    return opened.right.statement === statement ? right({ value, salt }) : left(refuse('malformed', 'sealed: expected the value of this statement'));
  };
