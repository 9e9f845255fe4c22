/** Warnings of the process, for what nobody awaits and nobody asked to be told of. */
import type { OnError } from './handlers.ts';

export const warn = (code: string, message: string, detail: string): void => process.emitWarning(message, { type: 'JetlockWarning', code, detail });

export const warnOf: OnError = ({ code, message, hint }) => warn(`JETLOCK_${code.toUpperCase()}`, message, hint);

/** Whatever becomes of the report, what reported goes on. */
export const guarded = (onError: OnError): OnError => (error, cause) => {
  try {
    onError(error, cause);
  } catch {
    warnOf(error);
  }
};
