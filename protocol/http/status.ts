/** Refusals as HTTP tells them. */
import * as t from 'io-ts';
import { type RefusalCode } from '../../events/refusal.ts';
import { WireRefusal } from '../wire.ts';

/** The body of every answer that is a refusal. */
export const HttpError = t.strict({ error: WireRefusal }, 'Error');
export type HttpError = t.TypeOf<typeof HttpError>;

const of: { readonly [status: number]: ReadonlyArray<RefusalCode> } = {
  401: ['unauthorized', 'signature', 'credential_pending', 'stale', 'outdated', 'replayed'],
  403: ['role', 'refused', 'disabled', 'foreign_namespace', 'wrong_service', 'csrf', 'origin', 'plaintext', 'shared_secret'],
  404: ['not_found', 'no_value', 'not_granted'],
  409: ['conflict', 'changed', 'exists', 'ambiguous', 'not_pending', 'opened_by_prefix', 'last_admin', 'too_many', 'superseded', 'spent', 'wrong_box_key'],
  413: ['too_large'],
  421: ['host'],
  429: ['busy'],
  503: ['unavailable', 'behind', 'running', 'unknown_outcome'],
};

const byCode = new Map(Object.entries(of).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)])));

/** What a refusal is in HTTP; what is wrong with the request itself is 400. */
export const statusOf = (code: RefusalCode): number => byCode.get(code) ?? 400;
