const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
// `::ffff:` is how a listener for both kinds writes an IPv4 address, brackets are how a URL writes one of IPv6.
const LOOPBACK = new RegExp(`^(?:localhost|(?:::ffff:)?127(?:\\.${OCTET}){3}|::1|\\[::1\\])$`);

/** Whether an address as the system or a URL writes it, or the one name that has no other, stands for this machine alone. */
export const isLoopback = (address: string): boolean => LOOPBACK.test(address);
