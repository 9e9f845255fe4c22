/** Publishes a log as fast as the server takes it. */
import { headers, type NatsConnection } from 'nats';
import { MAC_HEADER } from '../../events/log/jetstream.ts';
import type { LogMessage } from '../../events/log/log.ts';
import { bigLog, type Mix } from './big-log.ts';
import type { Installation } from './installation.ts';

/** So many go out before an answer is waited for. */
const WINDOW = 500;

const asWritten = ({ mac }: LogMessage, stream: string, prev: number) => {
  const made = headers();
  made.set(MAC_HEADER, mac);
  // As the service sends them: the server stores these too, and every reader gets them.
  made.set('Nats-Expected-Stream', stream);
  made.set('Nats-Expected-Last-Subject-Sequence', String(prev));
  return made;
};

const settle = async (nc: NatsConnection, { subject, data, seq }: LogMessage, made: ReturnType<typeof headers>): Promise<void> => {
  const { seq: stored } = (await nc.request(subject, data, { headers: made, timeout: 30_000 })).json<{ readonly seq?: number }>();
  if (stored !== seq) throw new Error(`a message of the log stands at ${stored ?? 'no place'}, not at ${seq}`);
};

/**
 * Appends to an installation that nobody else writes to.
 * @returns sequence of the last message there is then
 */
export const fill = async (installation: Installation, mix: Mix): Promise<number> => {
  const { nc, subjects, fold } = installation;
  const previous = new Map<string, number>();
  let [waiting, held] = [0, undefined as LogMessage | undefined];
  const send = (message: LogMessage, isWaitedFor: boolean): Promise<void> | undefined => {
    const made = asWritten(message, subjects.stream, previous.get(message.subject) ?? 0);
    previous.set(message.subject, message.seq);
    if (isWaitedFor) return settle(nc, message, made);
    nc.publish(message.subject, message.data, { headers: made });
    return undefined;
  };
  for (const message of bigLog(installation, mix)) {
    waiting += 1;
    if (held !== undefined) await send(held, waiting % WINDOW === 0);
    held = message;
  }
  // The server answers a flush before it has stored what came before it: only the answer to the last message says that all is there.
  if (held !== undefined) await send(held, true);
  return fold.applied();
};
