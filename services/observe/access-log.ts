/** One JSON line for each path of each answered read, in the shape that log stores take. It has no field that a value could be in. */
import { pino, type DestinationStream, type Logger } from 'pino';
import type { AccessSeen } from '../operations/read.ts';
import type { NamespaceSeen } from '../operations/namespaces.ts';
import { gathered } from './gathered.ts';

const STDERR = 2;

/** The time as text; lines come many in a millisecond, and to write a date takes as long as the rest of a line. */
const makeTimestamp = (): (() => string) => {
  let last = { at: NaN, text: '' };
  return () => {
    const at = Date.now();
    if (at !== last.at) last = { at, text: `,"timestamp":"${new Date(at).toISOString()}"` };
    return last.text;
  };
};

/** Logs to stderr, so that stdout stays free for what a command prints. */
export const makeLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: makeTimestamp(),
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
      // Errors are logged by their kind alone: a message of a library can quote what it was given.
      serializers: { err: (error: unknown) => ({ kind: error instanceof Error ? error.name : typeof error }) },
    },
    destination ?? gathered(STDERR),
  );

export const logAccess =
  (logger: Logger) =>
  ({ service, credential, path, outcome, seq, request, client }: AccessSeen): void => {
    logger.info({ service, credential, path, outcome, sequence: seq, request, client: `${client.name}/${client.version}` }, 'access');
  };

/** One line for each answered read of a namespace. */
export const logNamespace =
  (logger: Logger) =>
  ({ namespace, key, outcome, count, seq, request, client }: NamespaceSeen): void => {
    logger.info({ namespace, accessKey: key, outcome, count, sequence: seq, request, client: `${client.name}/${client.version}` }, 'access');
  };

/** One call by HTTP: who, by which route and with what outcome. What stood in its URL, headers or body is none of it. */
export type CallSeen = {
  /** `admin alice`, `token <id>`, or null for nobody who is known. */
  readonly caller: string | null;
  readonly method: string;
  /** As the table of routes has it, with names in place of what was asked for; null where there is none. */
  readonly route: string | null;
  readonly status: number;
  /** Asked every few seconds, by those who watch. */
  readonly isRoutine: boolean;
};

export const logCall =
  (logger: Logger) =>
  ({ isRoutine, ...call }: CallSeen): void => {
    logger[isRoutine ? 'debug' : 'info'](call, 'http');
  };
