/**
 * libsodium, ready for use: the one place that imports it. The wait is here, so that every function of this folder
 * can be synchronous. Nothing in this folder needs Node, except the files that say so.
 */
import sodium from 'libsodium-wrappers';

await sodium.ready;

/** Fulfilled by the time that this module has been imported. */
export const ready: Promise<void> = sodium.ready;

/** What libsodium throws for "does not open" is an ordinary answer for us: `undefined`. */
export const orUndefined = <A>(attempt: () => A): A | undefined => {
  try {
    return attempt();
  } catch {
    return undefined;
  }
};

export { sodium };
