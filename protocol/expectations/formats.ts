/**
 * The formats of JSON Schema, each a test that takes time in proportion to the text. `date`, `time`, `date-time` and `duration` as in
 * RFC 3339, `email` as a mailbox of RFC 5321, `hostname` of RFC 1123, `uri` of RFC 3986, `uuid` of RFC 4122.
 */
import type { Format } from '../../events/expectation.ts';

type Test = (text: string) => boolean;

const matches = (pattern: RegExp): Test => (text) => pattern.test(text);

const daysIn = (year: number, month: number): number => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

const isDate: Test = (text) => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
};

const MINUTES_OF_A_DAY = 24 * 60;

/** A second more is there at the end of a day of UTC alone. */
const isTime: Test = (text) => {
  const found = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i.exec(text);
  if (found === null) return false;
  const [hour, minute, second, , aheadHours, aheadMinutes] = [...found].slice(1).map((part: string | undefined) => Number(part ?? 0)) as [number, number, number, number, number, number];
  if (hour > 23 || minute > 59 || aheadHours > 23 || aheadMinutes > 59) return false;
  const ahead = (aheadHours * 60 + aheadMinutes) * (found[4] === '-' ? -1 : 1);
  const utc = (hour * 60 + minute - ahead + MINUTES_OF_A_DAY) % MINUTES_OF_A_DAY;
  return second < 60 || (second === 60 && utc === MINUTES_OF_A_DAY - 1);
};

const isDateTime: Test = (text) => /^.{10}t/i.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11));

const isIPv4 = matches(/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/);
const isGroup = matches(/^[0-9a-f]{1,4}$/i);

/** As in section 2.2 of RFC 4291: eight groups, or fewer around one `::`; the last two may be an IPv4 address. */
const isIPv6: Test = (text) => {
  const [front = '', back, ...more] = text.split('::');
  const groupsIn = (part: string): ReadonlyArray<string> => (part === '' ? [] : part.split(':'));
  const last = groupsIn(back ?? front).at(-1) ?? '';
  const hasIPv4 = isIPv4(last);
  const groups = [...groupsIn(front), ...groupsIn(back ?? '')].slice(0, hasIPv4 ? -1 : undefined);
  const count = groups.length + (hasIPv4 ? 2 : 0);
  return more.length === 0 && groups.every(isGroup) && (back === undefined ? count === 8 : count < 8);
};

const isHostname: Test = (text) => text.length <= 253 && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(text);

const isAddress: Test = (text) => isIPv4(text) || (/^ipv6:/i.test(text) && isIPv6(text.slice(5)));

const isEmail: Test = (text) => {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  const isLocal = local.length <= 64 && /^(?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*|"(?:[ !#-[\]-~]|\\[ -~])*")$/.test(local);
  return isLocal && (isHostname(domain) || (/^\[.*\]$/.test(domain) && isAddress(domain.slice(1, -1))));
};

const isPchars = matches(/^(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*$/i);
const isName = matches(/^(?:[\w.~!$&'()*+,;=:-]|%[0-9a-f]{2})*$/i);

const isAuthority: Test = (text) => {
  const at = text.indexOf('@');
  const found = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(text.slice(at + 1));
  if (found === null || !isName(text.slice(0, Math.max(0, at)))) return false;
  const [, literal, name] = found;
  return literal === undefined ? isName(name ?? '') : isIPv6(literal) || /^v[0-9a-f]+\.[\w.~!$&'()*+,;=:-]+$/i.test(literal);
};

/** Taken apart as in appendix B of RFC 3986. */
const isUri: Test = (text) => {
  const found = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(text);
  if (found === null) return false;
  const [, , authority = '', path = '', query = '', fragment = ''] = found;
  return isAuthority(authority) && [path, query, fragment].every(isPchars);
};

export const formats: { readonly [F in Format]: Test } = {
  date: isDate,
  time: isTime,
  'date-time': isDateTime,
  duration: matches(/^P(?!$)(?:(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?|\d+W)$/),
  email: isEmail,
  hostname: isHostname,
  ipv4: isIPv4,
  ipv6: isIPv6,
  uri: isUri,
  uuid: matches(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
};
