/** What a NATS user was given, beside what its role needs. */
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { coversSubject } from '../../events/log/filter.ts';
import type { Subjects } from '../../events/subjects.ts';
import { permissionsOf, userOf, type Permissions, type Who } from './permissions.ts';

const Side = t.partial({ allow: t.array(t.string), deny: t.array(t.string) });
/** In the words of `$SYS.REQ.USER.INFO`; `ttl` in nanoseconds. A side that is left out is open. */
const Given = t.partial({ publish: Side, subscribe: Side, responses: t.type({ max: t.number, ttl: t.number }) }, 'Given');
type Given = t.TypeOf<typeof Given>;
const Told = t.type({ data: t.type({ permissions: Given }) }, 'UserInfo');

/** Each named as `publish SUBJECT`, `subscribe SUBJECT`, or what it is. */
type Compared = { readonly missing: ReadonlyArray<string>; readonly surplus: ReadonlyArray<string> };

type Side = t.TypeOf<typeof Side>;

/** A subject to subscribe to can have a queue group behind it: then it is allowed as a member of that alone. */
const split = (entry: string): readonly [string, string | undefined] => {
  const [subject = '', queue] = entry.split(' ');
  return [subject, queue];
};

/** Whether all that one entry allows the other does. A `>` stands for several tokens, so a `*` does not cover it. */
const covers = (wide: string, narrow: string): boolean => {
  const [[wideSubject, wideQueue], [subject, queue]] = [split(wide), split(narrow)];
  const sameQueue = wideQueue === undefined || wideQueue === queue;
  return sameQueue && coversSubject(wideSubject, subject.replace(/(^|\.)>$/, '$1>.>'));
};

const compareSide = (name: string, wanted: ReadonlyArray<string>, { allow, deny = [] }: Side): Compared => {
  const isOpen = allow === undefined || allow.length === 0;
  const isDenied = (entry: string): boolean => deny.some((one) => covers(one, entry));
  const missing = wanted.filter((entry) => isDenied(entry) || !(isOpen || allow.some((one) => covers(one, entry))));
  const surplus = (isOpen ? ['>'] : allow).filter((entry) => !isDenied(entry) && !wanted.some((one) => covers(one, entry)));
  const named = (entries: ReadonlyArray<string>) => entries.map((entry) => `${name} ${entry}`);
  return { missing: named(missing), surplus: named(surplus) };
};

const NANOSECONDS = 1_000_000_000;

/** Whether it may answer, and long enough. Nobody is the worse for one who may answer longer. */
const answers = ({ answersWithin }: Permissions, { publish, responses }: Given): ReadonlyArray<string> => {
  if (answersWithin === undefined || publish?.allow === undefined) return [];
  const isEnough = responses !== undefined && responses.max !== 0 && responses.ttl >= Number.parseInt(answersWithin, 10) * NANOSECONDS;
  return isEnough ? [] : [`allow_responses for ${answersWithin}`];
};

const compare = (wanted: Permissions, given: Given): Compared => {
  const [publish, subscribe] = [compareSide('publish', wanted.publish, given.publish ?? {}), compareSide('subscribe', wanted.subscribe, given.subscribe ?? {})];
  return { missing: [...publish.missing, ...subscribe.missing, ...answers(wanted, given)], surplus: [...publish.surplus, ...subscribe.surplus] };
};

export type Rights = Compared & Pick<Who, 'role'>;

/**
 * @param inboxPrefix of a connection: it tells the role of its user
 * @param info what `$SYS.REQ.USER.INFO` answered on it
 * @returns undefined where the role, or what the user may do, cannot be told
 */
export const rightsOf = (subjects: Subjects, inboxPrefix: string, info: unknown): Rights | undefined => {
  const [told, user] = [Told.decode(info), userOf(inboxPrefix)];
  return isLeft(told) || user === undefined ? undefined : { role: user.role, ...compare(permissionsOf(subjects, user), told.right.data.permissions) };
};
