/** What an auditor has to be told besides the lines: whether the log can be believed. */
import type { AuditLine, Finding } from '../protocol/audit-line.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export type Summary = {
  readonly add: (line: AuditLine) => void;
  /** For stderr; none if there is nothing to say. */
  readonly lines: () => ReadonlyArray<string>;
  readonly exit: () => ExitCode;
};

/** The others say that somebody tried something, which had no effect on the log. */
const BREAKING: ReadonlySet<Finding> = new Set<Finding>(['history changed', 'messages missing', 'wrong signature', 'unknown event']);

const counted = (n: number, one: string, more: string): string => `${n} ${n === 1 ? one : more}`;

export const summary = (): Summary => {
  const findings = new Map<Finding, number>();
  const ignored = new Set<number>();
  const add = ({ seq, outcome, finding }: AuditLine): void => {
    if (finding !== undefined) findings.set(finding, (findings.get(finding) ?? 0) + 1);
    if (outcome === 'skipped') ignored.add(seq);
  };
  const lines = () => [
    ...(ignored.size === 0 ? [] : [`${counted(ignored.size, 'message has', 'messages have')} no effect: forged, or published again`]),
    ...[...findings].map(([finding, n]) => `${counted(n, 'finding', 'findings')}: ${finding}`),
  ];
  const exit = () => ([...findings.keys()].some((finding) => BREAKING.has(finding)) ? EXIT.findings : EXIT.ok);
  return { add, lines, exit };
};
