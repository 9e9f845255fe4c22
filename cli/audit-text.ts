/** Lines of the audit log as people read them. Names in them can be those that an intruder chose. */
import type { AuditLine } from '../protocol/audit-line.ts';
import { printable } from './terminal.ts';

export const HEADINGS = ['time', 'seq', 'who', 'what', 'about', 'outcome', 'verified', 'note'];

const whoText = ({ who }: AuditLine): string => (who === undefined ? '' : `${who.kind} ${who.name}`);

/** The rest by its name: what a script needs is in `--json`. */
const detailText = ([name, value]: readonly [string, unknown]): string => {
  if (name === 'version') return `v${String(value)}`;
  if (name === 'offlineUntil') return `offline until ${String(value)}`;
  if (name === 'once') return value === true ? 'once' : '';
  return `${name}=${String(value)}`;
};

const aboutText = ({ about, who }: AuditLine): string => {
  const { service, path, target, namespace, ...details } = about;
  const isItself = who?.kind === 'service' && who.name === service;
  const place = path ?? target ?? namespace ?? '';
  return [isItself ? '' : (service ?? ''), place, ...Object.entries(details).map(detailText)].filter((word) => word !== '').join(' ');
};

const outcomeText = ({ outcome, reason, detail, finding }: AuditLine): string => {
  const because = [reason, detail].filter((word) => word !== undefined).join(': ');
  return `${outcome}${because === '' ? '' : ` (${because})`}${finding === undefined ? '' : ` ! ${finding}`}`;
};

/** The cells of a table, one for each heading. */
export const cellsOf = (line: AuditLine): ReadonlyArray<string> => [
  line.at,
  String(line.seq),
  whoText(line),
  line.what,
  aboutText(line),
  outcomeText(line),
  line.verified,
  line.note ?? '',
];

/** One line for programs such as `cut`: cells with a tab between them. */
export const tabbed = (line: AuditLine): string =>
  cellsOf(line)
    .map((cell) => printable(cell).replace(/[\n\t]/g, '?'))
    .join('\t');
