/** Ports that somebody has to know before the one who listens on them runs. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below those that the system gives to outgoing connections: one of these could otherwise sit on a port while its server is down. */
const [LOWEST, HIGHEST] = [12_000, 32_000];
const ATTEMPTS = 100;

const listenOn = async (port: number): Promise<Server | undefined> => {
  const server = createServer();
  const outcome = Promise.race([once(server, 'listening').then(() => server), once(server, 'error').then(() => undefined)]);
  server.listen(port, '127.0.0.1');
  return outcome;
};

/** That many ports of 127.0.0.1 that nobody listens on now, all different. */
export const freePorts = async (count: number): Promise<ReadonlyArray<number>> => {
  const held: Server[] = [];
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count; attempt += 1) {
    if (attempt > ATTEMPTS) throw new Error('no free ports');
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const server = await listenOn(port);
    if (server === undefined) continue;
    held.push(server);
    ports.push(port);
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
