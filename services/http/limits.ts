/** How many calls are answered, and of whom. Sealed ones have the limits of their own door, see `doors/admission.ts`. */
import { makeAllowance, monotonic } from '../request/rate-limit.ts';
import { networkOf } from './address.ts';
import { nameOf, type Principal } from './principal.ts';

/** Of one session's admin, or one token. */
export const KNOWN_CALLS = { perSecond: 1_000, atOnce: 2_000 } as const;
/** From one address, of those who are not known: calls that came to nothing, whether by a wrong path or a wrong credential. */
export const FAILED_CALLS = { perSecond: 20, atOnce: 1_000 } as const;
/** From one address, of anything at all. */
export const ANY_CALLS = { perSecond: 20_000, atOnce: 20_000 } as const;

export type Limits = {
  /** Before anything is looked at. */
  readonly mayCall: (address: string) => boolean;
  /** Once it is known who calls. */
  readonly isWelcome: (principal: Principal, address: string) => boolean;
  readonly failed: (principal: Principal, address: string) => void;
};

export const makeLimits = (now: () => number = monotonic): Limits => {
  const any = makeAllowance(ANY_CALLS, now);
  const known = makeAllowance(KNOWN_CALLS, now);
  const failures = makeAllowance(FAILED_CALLS, now);
  return {
    mayCall: (address) => any.use(networkOf(address)),
    isWelcome: (principal, address) => {
      const name = nameOf(principal);
      return name === undefined ? failures.isLeft(networkOf(address)) : known.use(name);
    },
    failed: (principal, address) => {
      if (nameOf(principal) === undefined) failures.owe(networkOf(address));
    },
  };
};
