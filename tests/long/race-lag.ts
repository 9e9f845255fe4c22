/** A replica that is late: what happens on the log reaches it some time after it happened, always in order. */
import type { Log, LogMessage } from '../../events/log/log.ts';
import type { Broker } from '../../services/broker.ts';

const late = (log: Log, ms: number): Log => ({
  ...log,
  follow: (wanted) => {
    const onMessage = async (message: LogMessage): Promise<void> => {
      // From the message's own time on: many at once are not late one after the other.
      const left = message.time + ms - Date.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      await wanted.onMessage(message);
    };
    return log.follow({ ...wanted, onMessage });
  },
});

/** The first replica is as quick as it can be, each after it is later than the one before by that many milliseconds. */
export const lagging = (ms: number): ((broker: Broker) => Broker) => {
  let replicas = 0;
  return (broker) => {
    const lag = replicas * ms;
    replicas += 1;
    return lag === 0 ? broker : { ...broker, log: late(broker.log, lag) };
  };
};
