/** The parser, made from the table: commander knows the words and nothing else. */
import { Command } from 'commander';
import type { Typed } from './environment.ts';
import { parsedOption } from './options.ts';
import { ARGUMENTS, NOUNS, TABLE, type Row } from './table.ts';

/** What is to happen when a command was typed without mistakes. */
export type Act = (row: Row, args: ReadonlyArray<string>, typed: Typed) => Promise<void>;
/** Gets every end of parsing that is not a command: help, and all mistakes. Must throw. */
export type Stop = (command: Command, code: string, text: string) => never;

const AFTER_HELP = `
every option has an environment variable, JETLOCK_ and its name in capitals, and a twin that ends in _FILE and names a file that holds the value
beside a running jetlock dev its NATS, keys and admin are found in ./.jetlock
`;

const child = (parent: Command, word: string, stop: Stop): Command => {
  const made = parent.command(word).helpOption('-h, --help', 'print this help');
  // The nearest command knows best what to say next.
  made.exitOverride((error) => stop(made, error.code, error.message));
  return made;
};

const noun = (parent: Command, path: string, word: string, stop: Stop): Command =>
  parent.commands.find((command) => command.name() === word) ?? child(parent, word, stop).description(NOUNS[path] ?? '');

/** The command that the words before the last one make, with nouns made as needed. */
const parentOf = (root: Command, words: ReadonlyArray<string>, stop: Stop): Command =>
  words.slice(0, -1).reduce((parent, word, at) => noun(parent, words.slice(0, at + 1).join(' '), word, stop), root);

const addArguments = (command: Command, takes: string): void => {
  for (const argument of takes.split(' ').filter((word) => word !== '')) {
    const name = argument.replace(/[^A-Z]/g, '');
    command.argument(argument.startsWith('[') ? argument : `<${argument}>`, ARGUMENTS[name] ?? '');
  }
};

const byName = (options: Readonly<Record<string, unknown>>, row: Row): Typed =>
  Object.fromEntries(
    row.options.map(({ name }) => {
      // Commander keeps `--no-open` as an `open` that is false.
      if (name.startsWith('no-')) return [name, options[name.slice('no-'.length)] === false || undefined];
      const value = options[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
      return [name, typeof value === 'string' || value === true ? value : undefined];
    }),
  );

const addRow = (root: Command, row: Row, act: Act, stop: Stop): void => {
  const words = row.name.split(' ');
  const command = child(parentOf(root, words, stop), words.at(-1) ?? '', stop).description(row.does);
  addArguments(command, row.takes);
  row.options.forEach((option) => command.addOption(parsedOption(option)));
  command.action(() => act(row, command.args, byName(command.opts(), row)));
};

/** The whole command line as a commander program that prints with `write` and never ends the process. */
export const commandTree = (act: Act, stop: Stop, write: { readonly out: (text: string) => void; readonly err: (text: string) => void }): Command => {
  const root = new Command('jetlock');
  root
    .description('an event-sourced secrets service on NATS JetStream')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', AFTER_HELP)
    .configureOutput({ writeOut: write.out, writeErr: write.err, outputError: () => undefined })
    .exitOverride((error) => stop(root, error.code, error.message));
  TABLE.forEach((row) => addRow(root, row, act, stop));
  return root;
};
