/** Whom an address stands for, where something is counted by it. */
import { isIPv4 } from 'node:net';
import { isLoopback } from '../../protocol/loopback.ts';

const MAPPED = '::ffff:';
const GROUPS_OF_NETWORK = 4;

const groupsOf = (text: string): ReadonlyArray<string> => (text === '' ? [] : text.split(':'));

/** The first four groups, with what `::` leaves out. */
const networkOfIPv6 = (address: string): string => {
  const [before = '', after] = address.split('::');
  const [first, last] = [groupsOf(before), groupsOf(after ?? '')];
  const all = after === undefined ? first : [...first, ...Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0'), ...last];
  return `${all.slice(0, GROUPS_OF_NETWORK).join(':')}::/64`;
};

/** IPv4 as it is; of IPv6 the network of 64 bits, all of whose addresses one customer has (RFC 6177). */
export const networkOf = (address: string): string => {
  if (!address.includes(':') || isLoopback(address)) return address;
  const mapped = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : '';
  return isIPv4(mapped) ? mapped : networkOfIPv6(address);
};
