/** NATS without the service, on the data of a `jetlock dev` that was stopped. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { launchDevNats } from '../services/dev.ts';
import { Wrong } from './run.ts';

/** @param use gets the options by which an auditor reaches it */
export const natsAlone = async (dataDir: string, use: (words: string) => Promise<void>): Promise<void> => {
  const nats = await launchDevNats({ dataDir, natsPort: 0, say: () => undefined });
  if (isLeft(nats)) throw new Wrong(nats.left.message);
  const { server, identities } = nats.right;
  try {
    await use(`--nats ${server.url} --nkey ${identities.auditor.seedFile} --inbox-prefix _INBOX_AUDITOR`);
  } finally {
    await server.stop();
  }
};
