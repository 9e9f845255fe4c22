/** Refusals as they are told, and read back. */
import { isRefusalCode, isRetryable, refusals, type Refusal, type RefusalCode } from '../events/refusal.ts';
import type { WireRefusal } from './wire.ts';

/** A refusal for those who may know what was refused: admins, of their own commands. */
export const toWire = ({ code, detail }: Refusal): WireRefusal => ({
  code,
  message: refusals[code].message,
  hint: refusals[code].hint,
  retryable: isRetryable(code),
  detail: detail ?? null,
});

/** A code of a newer service that this client does not know counts as `unavailable`: nothing may be concluded from it. */
export const codeOf = ({ code }: WireRefusal): RefusalCode => (isRefusalCode(code) ? code : 'unavailable');
