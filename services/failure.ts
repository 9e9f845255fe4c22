/** Why the service cannot start or go on: for the operator, at the door of the process. */
export type Failure = { readonly kind: 'config' | 'unavailable' | 'history' | 'missing'; readonly message: string; readonly hint: string };

export const failure = (kind: Failure['kind'], message: string, hint: string): Failure => ({ kind, message, hint });
