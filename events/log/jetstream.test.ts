import test from 'ava';
import type { ExecutionContext } from 'ava';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { startNats } from '../../tests/support/nats.ts';
import { logContract } from './contract.ts';
import { jetstreamLog } from './jetstream.ts';

const nats = await startNats();
test.after.always(() => nats.stop());

const connected = async (t: ExecutionContext): Promise<NatsConnection> => {
  const nc = await connect({ servers: nats.url, reconnectTimeWait: 100, maxReconnectAttempts: -1 });
  t.teardown(() => nc.close());
  return nc;
};

let streams = 0;

/**
 * One stream at a time holds the subjects, so the tests run one after the other. Each has another name: the server may bring
 * back the messages of a stream that is made again under its old name right after it was deleted.
 */
const emptyStream = async (t: ExecutionContext, nc: NatsConnection): Promise<string> => {
  const manager = await jetstreamManager(nc);
  const stream = `SECRETS_${(streams += 1)}`;
  await manager.streams.add({ name: stream, subjects: ['secrets.events.>'] });
  t.teardown(() => manager.streams.delete(stream));
  return stream;
};

logContract(test.serial, 'jetstream', async (t) => {
  const nc = await connected(t);
  return {
    log: jetstreamLog(nc, { stream: await emptyStream(t, nc) }),
    intrude: async (subject, data) => {
      await nc.request(subject, data);
    },
  };
});
