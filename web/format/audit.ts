/** Lines of the audit log in words. */
import type { AuditEntry } from '../../protocol/pages.ts';
import { lengthText } from './time.ts';

/** What a line is about: the path or prefix first, then what else names it. */
export const aboutText = ({ about }: Pick<AuditEntry, 'about'>): string =>
  [about.path ?? about.target ?? about.namespace, about.version === undefined ? undefined : `version ${about.version}`, about.fingerprint, about.admin, about.role, about.purpose, about.operation, about.count === undefined ? undefined : `${about.count} ${about.count === 1 ? 'time' : 'times'}`]
    .filter((part) => part !== undefined)
    .join(' ');

/** What limits a grant, why something was refused, and what whoever caused it said. */
export const moreText = ({ about, reason, detail, note, finding }: AuditEntry): string =>
  [finding, reason, detail, about.once === true ? 'once' : undefined, about.duration === undefined ? undefined : `for ${lengthText(about.duration)}`, note].filter((part) => part !== undefined).join(' · ');

/** Milliseconds since 1970 UTC of what a field for date and time holds; undefined for an empty one. It is in UTC as the lines are, and the same for whoever is sent the address. */
export const fieldTime = (text: string): number | undefined => {
  const at = new Date(`${text}Z`).getTime();
  return Number.isNaN(at) ? undefined : at;
};
