/** The page of the documentation about the command line, made from the table. */
import { EXIT } from './exit-codes.ts';
import { usageOf, variableOf, type Option } from './options.ts';
import { ARGUMENTS, TABLE, type Row } from './table.ts';

const MEANING: { readonly [C in keyof typeof EXIT]: string } = {
  ok: 'done',
  findings: 'looked, and found something: the audit log is not what the service wrote, or a generated file is out of date',
  usage: 'unknown command or option, missing argument',
  badInput: 'a path, a file or a value that cannot be taken as it is',
  notFound: 'nothing of that name; told to admins only',
  unavailable: 'the service or NATS does not answer, or is too busy: worth trying again',
  defect: 'a defect of Jetlock',
  pending: 'the credential waits for an admin',
  refused: 'refused, whatever the reason; also a wait that ran out',
  configuration: "an environment variable, a file's permissions, the stream, the history, where NATS is or what its user may do is not as it must be",
  interrupted: 'stopped by the user',
  brokenPipe: 'the reader of the output went away',
};

const has = ({ options }: Row, name: string): Option | undefined => options.find((option) => option.name === name);
/** Whose name a command is given in; the identity of an admin is found beside `jetlock dev`. */
const asWhom = (row: Row): string => {
  if (has(row, 'identity')?.beside !== undefined) return 'admin';
  if (has(row, 'access-key-file') !== undefined) return 'holder of the access key';
  return has(row, 'signing-key') ? 'service' : has(row, 'nats') ? 'NATS user' : '';
};

const isShared = (row: Row, { name, group }: Option): boolean =>
  group !== undefined || name === 'json' || (name === 'identity' && ['admin', 'service'].includes(asWhom(row)));

const cell = (text: string): string => text.replaceAll('|', '\\|');
const table = (...rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  rows.map((row, at) => `| ${row.map(cell).join(' | ')} |${at === 0 ? `\n|${'---|'.repeat(row.length)}` : ''}`).join('\n');

const command = (row: Row): ReadonlyArray<string> => {
  const own = row.options.filter((option) => !isShared(row, option)).map((option) => `\`${usageOf(option)}\``);
  return [`\`jetlock ${[row.name, row.takes].join(' ').trim()}\``, row.does, own.join(' '), asWhom(row)];
};

const note = ({ description, choices, default: otherwise, required, beside }: Option): string =>
  [
    description,
    ...(choices === undefined ? [] : [choices.join(', ')]),
    ...(otherwise === undefined ? [] : [`${otherwise} if not given`]),
    ...(required ? ['required'] : []),
    ...(beside === undefined ? [] : ['found beside a running `jetlock dev`']),
  ].join('; ');

/** Options by how they are typed; commands may mean different things by one. */
const optionRows = (): ReadonlyArray<ReadonlyArray<string>> => {
  const notes = new Map<string, { readonly variable: string; readonly notes: Set<string> }>();
  for (const option of TABLE.flatMap(({ options }) => options)) {
    const known = notes.get(usageOf(option)) ?? { variable: variableOf(option), notes: new Set() };
    notes.set(usageOf(option), { ...known, notes: known.notes.add(note(option)) });
  }
  return [...notes].map(([usage, { variable, notes: all }]) => [`\`${usage}\``, `\`${variable}\``, [...all].join('. Or: ')]);
};

const used = new Set(TABLE.flatMap(({ takes }) => takes.match(/[A-Z]+/g) ?? []));

/** The page as Markdown. */
export const reference = (): string => `# The command line

Made from \`cli/table.ts\` by \`npx tsx docs/make.ts\`; a test says when it is out of date.

${table(['command', 'what it does', 'its own options', 'as'], ...TABLE.map(command))}

Every command has \`--json\` and \`--help\`; one that is given as somebody has \`--identity\` (not as a NATS user) and the options of the connection.

## Arguments

${table(['argument', 'what it is'], ...Object.entries(ARGUMENTS).filter(([name]) => used.has(name)).map(([name, what]) => [`\`${name}\``, what]))}

## Options and their variables

Of an option the first of these counts: as typed; its variable; the file that its variable's twin with \`_FILE\` at its end names
(for an option that takes a file the twin names that file); a \`jetlock dev\` that runs in the current folder or in one above; its default.

${table(['option', 'variable', 'what it is'], ...optionRows())}

## Exit codes

${table(['code', 'meaning'], ...Object.entries(EXIT).map(([name, code]) => [String(code), MEANING[name as keyof typeof EXIT]]))}
`;
