/** `secrets.get`, top to bottom: who asks → what is asked → a read of it → reply. */
import { isLeft, left, map, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { GetRequest, type GetReply } from '../../protocol/operations.ts';
import { getReplyJson } from '../../protocol/reply-json.ts';
import { parseBody } from '../request/body.ts';
import { identify, type IdentifyParts } from '../request/identify.ts';
import type { Opened } from '../request/open.ts';
import type { Allowance } from '../request/rate-limit.ts';
import { isLater } from '../soon.ts';
import { Json } from './json.ts';
import { oweIfRefused, type Read } from './read.ts';

/** `refusedReads`: by service, reads that gave nothing. */
export type GetParts = IdentifyParts & { readonly refusedReads: Allowance; readonly read: Read };

const toJson = (reply: GetReply): Json => new Json(getReplyJson(reply));

export const makeGet =
  (parts: GetParts) =>
  async (opened: Opened): Promise<Either<Refusal, Json>> => {
    const identified = identify(parts, opened);
    const asker = isLater(identified) ? await identified : identified;
    if (isLeft(asker)) return asker;
    const body = parseBody(GetRequest, opened.request.body);
    if (isLeft(body)) return body;
    const { service } = asker.right;
    opened.session.remember(service);
    if (!parts.refusedReads.isLeft(service)) return left(refuse('busy'));
    const reply = await parts.read(asker.right, body.right.paths, body.right.offline);
    if (!isLeft(reply)) oweIfRefused(parts.refusedReads, service, reply.right);
    return map(toJson)(reply);
  };
