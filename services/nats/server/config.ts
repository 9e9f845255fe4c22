/** The configuration of a nats-server of our own. */
export type ServerConfig = {
  /** Directory of the streams. */
  readonly storeDir: string;
  /** 0 takes a free one; one that is in use makes the start fail. */
  readonly port: number;
  /** `127.0.0.1` unless given. */
  readonly host?: string;
  /** Writes every message to the disk before it is acknowledged. Otherwise that happens every two minutes. */
  readonly syncAlways?: boolean;
  /** More of nats-server's configuration, in its own syntax. Stands last, so it wins over what is set here. */
  readonly config?: string;
};

/** A string in the syntax of nats-server's configuration, which has JSON's escapes for quotes and backslashes. */
const quoted = (text: string): string => JSON.stringify(text);

export const serverConfig = ({ storeDir, port, host = '127.0.0.1', syncAlways = false, config = '' }: ServerConfig): string => `\
host: ${quoted(host)}
port: ${port === 0 ? -1 : port}
max_payload: 1MB
jetstream {
  store_dir: ${quoted(storeDir)}
${syncAlways ? '  sync_interval: always\n' : ''}}
${config}
`;
