/** The log on a stream of JetStream. */
import type { NatsConnection } from 'nats';
import { appender } from './jetstream-append.ts';
import { follower } from './jetstream-follow.ts';
import { linkOf } from './jetstream-link.ts';
import { watchedReader } from './jetstream-reader.ts';
import type { Stream } from './jetstream-reader.ts';
import { requestsOn } from './jetstream-requests.ts';
import type { Log } from './log.ts';

export { MAC_HEADER } from './jetstream-message.ts';
export { jetstreamReader } from './jetstream-reader.ts';

/**
 * The log, through one connection; make it once for each connection. How soon a follow resumes after the server is back
 * is up to the connection's own waits between attempts.
 * @param of.stream name of the stream
 */
export const jetstreamLog = (nc: NatsConnection, of: Stream): Log => {
  const link = linkOf(nc);
  return { ...watchedReader(nc, link, of), append: appender(requestsOn(nc, link), link, of), follow: follower(nc, link, of) };
};
