/** Whether a message is one that the service wrote. */
import { equalText } from '../../crypto/bytes.ts';
import { logMac } from '../../crypto/log.ts';
import type { LogMessage } from '../../events/log/log.ts';
import type { Replica } from './replica.ts';

/** By its MAC, under a log key that is open. @param prev sequence of the message before it on its subject, as the record says */
export const isAuthentic = ({ keyring }: Replica, { mac, subject, data }: LogMessage, prev: number): boolean => {
  const id = mac.slice(0, mac.indexOf('.'));
  const key = keyring.opened(id);
  return key !== undefined && equalText(mac, `${id}.${logMac(key.reveal(), subject, prev, data)}`);
};
