/** A log whose follows begin later: what is not urgent does not slow down what is. */
import type { Log, Subscription } from './log.ts';

/** @param begun until then every follow waits; one that is closed before never begins */
export const followLater = (log: Log, begun: Promise<void>): Log => ({
  ...log,
  follow: async (wanted) => {
    let isClosed = false;
    let following: Promise<Subscription> | undefined;
    void begun.then(() => {
      if (!isClosed) following = log.follow(wanted);
    });
    return {
      close: async () => {
        isClosed = true;
        await (await following)?.close();
      },
    };
  },
});
