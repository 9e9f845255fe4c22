/**
 * Asks by HTTP, each on a connection that is kept, and does as little else as a client can: what it takes of the processor is taken
 * from what it measures.
 */
import { connect } from 'node:net';
import { measure, type Measured } from '../reads/loop.ts';

export type Asked = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

const END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

/** How many bytes an answer has, its head with them; undefined as long as that is not whole. Throws for any answer but 200. */
const bytesOf = (head: string): number | undefined => {
  const end = head.indexOf(END);
  if (end === -1) return undefined;
  const length = LENGTH.exec(head.slice(0, end + 2))?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) throw new Error(`answered: ${head.slice(0, head.indexOf('\r\n'))}`);
  return end + END.length + Number(length);
};

/** @param whole told when all of the answer is there, with why it is none otherwise; called for each answer */
const readAnswers = (whole: (error?: Error) => void): ((part: Buffer) => void) => {
  let [head, got, bytes] = ['', 0, undefined as number | undefined];
  return (part) => {
    got += part.length;
    if (bytes === undefined) bytes = bytesOf((head += part.toString('latin1')));
    if (bytes === undefined || got < bytes) return;
    const error = got > bytes ? new Error('more than was asked for') : undefined;
    [head, got, bytes] = ['', 0, undefined];
    whole(error);
  };
};

/** One request at a time. */
const openConnection = ({ url, headers }: Asked) => {
  const { host, hostname, port, pathname } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `GET ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const socket = connect(Number(port), hostname).setNoDelay();
  let answered = (_?: Error): void => undefined;
  const read = readAnswers((error) => answered(error));
  socket.on('data', (part) => {
    try {
      read(part);
    } catch (error) {
      answered(error as Error);
    }
  });
  socket.on('error', (error) => answered(error)).on('close', () => answered(new Error('the connection was closed')));
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      answered = (error) => (error === undefined ? resolve() : reject(error));
      socket.write(request);
    });
  return { ask, close: () => void socket.destroy() };
};

/** So many on their way at any time. */
export const askInLoop = async (asked: Asked, inFlight: number, ms: number): Promise<Measured> => {
  const connections = Array.from({ length: inFlight }, () => openConnection(asked));
  const free = connections.map(({ ask }) => ask);
  const askOnOne = async (): Promise<void> => {
    const ask = free.pop();
    if (ask === undefined) throw new Error('more were asked at once than there are connections');
    await ask();
    free.push(ask);
  };
  const measured = await measure(askOnOne, inFlight, ms);
  for (const { close } of connections) close();
  return measured;
};
