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
 * @returns how many messages there are then
 */
export const fill = async (installation: Installation, mix: Mix): Promise<number> => {
  const { nc, subjects, fold } = installation;
  const previous = new Map<string, number>();
  let [waiting, last] = [0, undefined as LogMessage | undefined];
  for (const message of bigLog(installation, mix)) {
    const made = asWritten(message, subjects.stream, previous.get(message.subject) ?? 0);
    previous.set(message.subject, message.seq);
    last = message;
    waiting += 1;
    if (waiting % WINDOW === 0) await settle(nc, message, made);
    else nc.publish(message.subject, message.data, { headers: made });
  }
  await nc.flush();
  if (last === undefined) return fold.applied();
  const info = await installation.log.info()();
  if (info._tag === 'Left' || info.right.last !== last.seq) throw new Error('the log is not what was written');
  return last.seq;
};
