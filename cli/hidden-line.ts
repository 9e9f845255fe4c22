/**
 * A line as it is typed or pasted on a terminal that shows nothing. Bytes, not characters, so that whatever the terminal
 * sends is kept. More than one line is an end of its own: a value must not be cut at its first line break.
 */

// What a terminal that was asked to (`ESC [ ? 2004 h`) puts around pasted text, after the escape character.
const PASTE_BEGINS = '[200~';
const PASTE_ENDS = '[201~';
const NEWLINE = 0x0a;
const TAB = 0x09;

export type End = 'entered' | 'interrupted' | 'more than one line';

/** Changed in place: a pasted value can be long. */
export type HiddenLine = {
  bytes: number[];
  /** What came after an escape character, as long as it may become a key such as an arrow. */
  escape: string | undefined;
  pasting: boolean;
  end: End | undefined;
};

export const emptyLine = (): HiddenLine => ({ bytes: [], escape: undefined, pasting: false, end: undefined });

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Takes the last character away, which in UTF-8 can be several bytes. */
const shorten = ({ bytes }: HiddenLine): void => {
  while (isContinuation(bytes.at(-1))) bytes.pop();
  bytes.pop();
};

const finish = (line: HiddenLine): void => {
  // The line break at the end of a pasted line ends it, as Enter does.
  if (line.bytes.at(-1) === NEWLINE) line.bytes.pop();
  line.end = line.bytes.includes(NEWLINE) ? 'more than one line' : 'entered';
};

const enter = (line: HiddenLine): void => {
  if (line.pasting) line.bytes.push(NEWLINE);
  else finish(line);
};

const interrupt = (line: HiddenLine): void => {
  line.end = 'interrupted';
};

const KEYS: Readonly<Record<number, (line: HiddenLine) => void>> = {
  0x03: interrupt,
  0x04: (line) => (line.bytes.length === 0 ? interrupt(line) : finish(line)),
  0x08: shorten,
  [NEWLINE]: enter,
  0x0d: enter,
  0x15: (line) => void (line.bytes = []),
  0x1b: (line) => void (line.escape = ''),
  0x7f: shorten,
};

const type = (line: HiddenLine, byte: number): void => {
  const key = KEYS[byte];
  if (key !== undefined) key(line);
  else if (byte >= 0x20 || byte === TAB) line.bytes.push(byte);
};

const afterEscape = (line: HiddenLine, escape: string, byte: number): void => {
  line.escape = undefined;
  if (escape === PASTE_BEGINS) line.pasting = true;
  else if (escape === PASTE_ENDS) line.pasting = false;
  else if (/^(?:\[[0-9;?]*|O)$/.test(escape)) line.escape = escape;
  // No key of that kind: the character counts by itself.
  else if (!/^(?:\[[0-9;?]*|O)[ -~]$/.test(escape)) type(line, byte);
};

/** Takes one more byte from the terminal; a byte after Enter makes it more than one line. */
export const press = (line: HiddenLine, byte: number): void => {
  if (line.end === 'interrupted') return;
  if (line.end !== undefined) line.end = 'more than one line';
  else if (line.escape === undefined) type(line, byte);
  else afterEscape(line, line.escape + String.fromCharCode(byte), byte);
};
