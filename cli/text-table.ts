/** A table of text in columns, for people to read. */
import { printable } from './terminal.ts';

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Chinese, Japanese, Korean and emoji take two places on a terminal. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|.*\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;

/** Places that a text takes on a terminal. */
export const width = (text: string): number =>
  [...CHARACTERS.segment(text)].reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1), 0);

const pad = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)));

/**
 * The lines of a table: a heading in capitals, then the rows, two spaces between columns and none at the end of a line.
 * Line breaks and control characters in a cell become `?`.
 */
export const textTable = (headings: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const cells = [headings.map((heading) => heading.toUpperCase()), ...rows].map((row) =>
    row.map((cell) => printable(cell).replace(/[\n\t]/g, '?')),
  );
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? ''))));
  return cells.map((row) => widths.map((to, column) => pad(row[column] ?? '', to)).join('  ').trimEnd());
};
