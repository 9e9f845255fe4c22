/** An `Io` that a test can look into. */
import { PassThrough, Readable, Writable } from 'node:stream';
import type { Environment } from './environment.ts';
import type { Io, Output } from './io.ts';

export type Setting = {
  readonly stdin?: string | Uint8Array;
  /** What of the three a terminal is at the other end of; none unless said. */
  readonly terminals?: ReadonlyArray<'stdin' | 'stdout' | 'stderr'>;
  readonly environment?: Environment;
  readonly directory?: string;
};

const collector = (isTTY: boolean) => {
  const chunks: Buffer[] = [];
  const stream: Output = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        done();
      },
    }),
    { isTTY },
  );
  return { stream, bytes: () => Buffer.concat(chunks) };
};

/** A terminal's keyboard: bytes come when the test types them, and it remembers whether it was left raw. */
const keyboard = () => {
  const keys = new PassThrough();
  const modes: boolean[] = [];
  return { stream: Object.assign(keys, { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) }), modes };
};

/** @returns the `Io`, what was written to it, and the keyboard if stdin is a terminal */
export const memoryIo = ({ stdin, terminals = [], environment = {}, directory = '/nowhere' }: Setting = {}) => {
  const out = collector(terminals.includes('stdout'));
  const err = collector(terminals.includes('stderr'));
  const keys = keyboard();
  const piped = Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]);
  const io: Io = {
    stdin: terminals.includes('stdin') ? keys.stream : piped,
    stdout: out.stream,
    stderr: err.stream,
    environment,
    directory,
  };
  return {
    io,
    stdout: () => out.bytes().toString(),
    stdoutBytes: out.bytes,
    stderr: () => err.bytes().toString(),
    type: (keysPressed: string | Uint8Array) => void keys.stream.write(keysPressed),
    rawModes: keys.modes,
  };
};
