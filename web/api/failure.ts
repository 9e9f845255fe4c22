/** What can go wrong between the console and the service, as the one kind of error that pages show. */
import type { WireRefusal } from '../../protocol/wire.ts';

/** `status`: of HTTP, 0 where there was no answer. None holds a value. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly detail: string | null;
  readonly retryable: boolean;
  readonly status: number;

  constructor({ code, message, hint, detail, retryable }: WireRefusal, status: number) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.hint = hint;
    this.detail = detail;
    this.retryable = retryable;
    this.status = status;
  }
}

/** Something that is refused on this side. */
export const refusedHere = (code: string, message: string, hint: string): ApiError =>
  new ApiError({ code, message, hint, detail: null, retryable: false }, 0);

export const noAnswer = (): ApiError =>
  new ApiError({ code: 'no_answer', message: 'the service does not answer', hint: 'check that it is running and reachable', detail: null, retryable: true }, 0);

/** An answer in no words of ours: somebody stands between. */
export const notUnderstood = (status: number): ApiError =>
  new ApiError(
    { code: 'not_understood', message: `the service answered ${status} in words that this page does not know`, hint: 'load the page again', detail: null, retryable: false },
    status,
  );

/** Whatever was thrown, as what can be shown. */
export const asApiError = (thrown: unknown): ApiError =>
  thrown instanceof ApiError ? thrown : refusedHere('defect', thrown instanceof Error ? thrown.message : 'something went wrong in this page', 'load the page again');
