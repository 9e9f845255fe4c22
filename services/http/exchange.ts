/** The sealed exchange of programs without NATS: by the same admission, to the same handler, as the same bytes, whichever subject of the operation they name. */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { BUSY, type Admission } from '../doors/admission.ts';
import { statusOf } from '../../protocol/http/status.ts';
import { networkOf } from './address.ts';
import { JSON_TYPE, Written, type Call, type Handler } from './call.ts';
import { sayWhen } from './errors.ts';

/** @param subject that of all who ask for the operation */
export const exchange =
  ({ admit }: Admission, subject: string): Handler =>
  ({ bytes, request, reply: http }: Pick<Call, 'bytes' | 'request' | 'reply'>) =>
    new Promise<Either<Refusal, unknown>>((resolve) =>
      admit({
        subject,
        bytes,
        address: networkOf(request.ip),
        answer: (reply) => {
          const isBusy = reply === BUSY;
          if (isBusy) sayWhen(http);
          resolve(right(new Written(JSON_TYPE, reply, isBusy ? statusOf('busy') : 200)));
        },
        ignored: () => resolve(left(refuse('busy'))),
      }),
    );
