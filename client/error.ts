/** What the promises of this package reject with: for programs a stable code, for people a sentence and the next thing to do. */
import { SecretPath } from '../events/vocabulary.ts';
import type { ClientFailure } from './failure.ts';
import type { FileFailure } from './secret-file.ts';

export type ErrorDetails = { readonly code: string; readonly message: string; readonly hint: string; readonly retryable: boolean; readonly paths?: ReadonlyArray<string> };

/**
 * `code` is one of the codes of refusals (`refused`, `credential_pending`, `unauthorized`, `busy`, …) or `unavailable`,
 * `forbidden`, `distrusted`, `not_understood`, `file`, `argument`, `aborted`, `not_text`, `mismatch`, `handler`. Never holds a value, a token or a key.
 */
export class JetlockError extends Error {
  override readonly name = 'JetlockError';
  readonly code: string;
  readonly hint: string;
  readonly retryable: boolean;
  /** The secrets that were not to be had, where it is about those. */
  readonly paths: ReadonlyArray<string>;

  constructor({ code, message, hint, retryable, paths = [] }: ErrorDetails) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.retryable = retryable;
    this.paths = paths;
  }
}

export const CLOSED: ErrorDetails = { code: 'unavailable', message: 'the client is closed', hint: 'make another one', retryable: false };
export const ABORTED: ErrorDetails = { code: 'aborted', message: 'the waiting was ended', hint: 'ask again', retryable: true };

/** A failure as it is thrown at the public door. */
export const errorOf = (failure: ClientFailure | FileFailure): JetlockError =>
  failure._tag === 'refusal'
    ? new JetlockError({
        ...failure.refusal,
        message: failure.refusal.detail === null ? failure.refusal.message : `${failure.refusal.message}: ${failure.refusal.detail}`,
        paths: failure.refusal.detail?.split(', ').filter(SecretPath.is) ?? [],
      })
    : new JetlockError({ code: failure._tag, message: failure.why, hint: failure.hint, retryable: failure._tag === 'unavailable' });

/** The caller's own mistake; what was given is not repeated, it may be in the wrong place. */
export const argumentError = (message: string, hint: string): JetlockError => new JetlockError({ code: 'argument', message, hint, retryable: false });
