/** What a first request costs where nobody knows of secrets: loaded only where it is measured. */
import { connect } from 'nats';

export const askOnce = async (servers: ReadonlyArray<string>): Promise<void> => {
  const nc = await connect({ servers: [...servers] });
  await nc.request('secrets.keys');
};
