import test from 'ava';
import type { ExecutionContext } from 'ava';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { startNats } from '../../tests/support/nats.ts';
import { logContract } from './contract.ts';
import { jetstreamLog } from './jetstream.ts';

const STREAM = 'SECRETS';

const nats = await startNats();
test.after.always(() => nats.stop());

const connected = async (t: ExecutionContext): Promise<NatsConnection> => {
  const nc = await connect({ servers: nats.url, reconnectTimeWait: 100, maxReconnectAttempts: -1 });
  t.teardown(() => nc.close());
  return nc;
};

/** The stream is made anew for each test, so these run one after the other. */
const emptyStream = async (t: ExecutionContext): Promise<NatsConnection> => {
  const nc = await connected(t);
  const manager = await jetstreamManager(nc);
  await manager.streams.delete(STREAM).catch(() => false);
  await manager.streams.add({ name: STREAM, subjects: ['secrets.events.>'] });
  return nc;
};

logContract(test.serial, 'jetstream', async (t) => {
  const nc = await emptyStream(t);
  return {
    log: jetstreamLog(nc, { stream: STREAM }),
    intrude: async (subject, data) => {
      await nc.request(subject, data);
    },
  };
});
