/** `secrets.get`, top to bottom: who asks → what is asked → a read of it → reply. */
import { isLeft, left, map, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { GetRequest, type GetReply } from '../../protocol/operations.ts';
import { getReplyJson } from '../../protocol/reply-json.ts';
import { parseBody } from '../request/body.ts';
import { identify, type IdentifyParts } from '../request/identify.ts';
import type { Opened } from '../request/open.ts';
import { isLater } from '../soon.ts';
import { Json } from './json.ts';
import type { Read, ReadParts } from './read.ts';

export type GetParts = IdentifyParts & Pick<ReadParts, 'refusedReads'> & { readonly read: Read };

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
    return parts.refusedReads.isLeft(service) ? map(toJson)(await parts.read(asker.right, body.right.paths, body.right.offline)) : left(refuse('busy'));
  };
