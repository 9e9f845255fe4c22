/** A way to nats-server that can be cut without anyone being told: connections stay open, and nothing comes through. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type Partition = {
  /** Where NATS is found by this way, once the port of the real one is given. */
  readonly urlTo: (port: number) => string;
  readonly cut: () => void;
  /** What was held up comes through now, in order. */
  readonly heal: () => void;
  readonly close: () => void;
};

export const startPartition = async (): Promise<Partition> => {
  const sockets = new Set<Socket>();
  let target = 0;
  let isCut = false;
  const hand = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (chunk) => to.write(chunk));
    from.on('error', () => undefined);
    from.on('close', () => sockets.delete(from) && to.destroy());
    if (isCut) from.pause();
  };
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    hand(near, far);
    hand(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    urlTo: (port) => {
      target = port;
      return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    heal: () => {
      isCut = false;
      for (const socket of sockets) socket.resume();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
