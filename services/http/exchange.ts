/** The sealed exchange of programs without NATS: by the same admission, to the same handler, as the same bytes. */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { Admission } from '../doors/admission.ts';
import { networkOf } from './address.ts';
import { JSON_TYPE, Written, type Call, type Handler } from './call.ts';

export const exchange =
  ({ admit }: Admission, subject: string): Handler =>
  ({ bytes, request }: Pick<Call, 'bytes' | 'request'>) =>
    new Promise<Either<Refusal, unknown>>((resolve) =>
      admit({
        subject,
        bytes,
        address: networkOf(request.ip),
        answer: (reply) => resolve(right(new Written(JSON_TYPE, reply))),
        ignored: () => resolve(left(refuse('busy'))),
      }),
    );
