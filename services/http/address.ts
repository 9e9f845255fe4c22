/** Whom an address stands for, where something is counted by it. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
// The same when the listener takes both kinds.
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/** An address, or the one name that has no other. */
export const isLoopback = (address: string): boolean => address === 'localhost' || loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

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
