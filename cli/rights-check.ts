/** What the NATS user of `jetlock doctor` may do, beside what its role needs. */
import { fine, wrong, type Check } from './check.ts';

type Rights = { readonly role: string; readonly missing: ReadonlyArray<string>; readonly surplus: ReadonlyArray<string> };

const NAMED_MAX = 3;
const MEND = 'give each NATS user what jetlock nats-config prints';

const few = (all: ReadonlyArray<string>): string =>
  `${all.slice(0, NAMED_MAX).join(', ')}${all.length > NAMED_MAX ? ` and ${all.length - NAMED_MAX} more` : ''}`;

/** Nothing is tried: the server was asked what the user may do. */
export const rightsChecks = ({ role, missing, surplus }: Rights): ReadonlyArray<Check> => {
  const known = `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`;
  const who = `this NATS user, ${known} by its inbox prefix,`;
  if (missing.length + surplus.length === 0) return [fine('permissions', `this NATS user may do what ${known} must, and nothing else`)];
  return [
    ...(surplus.length === 0 ? [] : [wrong('permissions', `${who} may do too much: ${few(surplus)}`, MEND)]),
    ...(missing.length === 0 ? [] : [wrong('permissions', `${who} may do too little: ${few(missing)}`, MEND)]),
  ];
};
