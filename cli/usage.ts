/**
 * What is said of a mistake in the words typed. Commander's own messages repeat what was typed, which can be a secret in the
 * wrong place; ours name the command and the option, which come from the table.
 */
import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';

/** Parsing ended without a command; without a failure help was asked for and printed. */
export class Stopped extends Error {
  readonly failure: Failure | undefined;
  constructor(failure: Failure | undefined) {
    super('stopped');
    this.name = 'Stopped';
    this.failure = failure;
  }
}

const fullName = (command: Command): string =>
  command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;

/** Commander suggests names of its own commands and options, so they are safe to repeat. */
const suggestion = (text: string): string | undefined => /\(Did you mean (?:one of )?([^,?]+).*\?\)$/.exec(text)?.[1];

const usageLine = (command: Command): string => `${fullName(command)} ${command.usage()}`;

const unknownWord = (command: Command, kind: 'command' | 'option', text: string): Failure => {
  const similar = suggestion(text);
  const name = fullName(command);
  const of = command.parent === null && kind === 'command' ? '' : ` of ${name}`;
  return fail(EXIT.usage, `unknown ${kind}${of}`, similar === undefined ? `${name} --help` : `did you mean ${name} ${similar}`);
};

const tooMany = (command: Command): Failure =>
  fail(
    EXIT.usage,
    `too many arguments for ${fullName(command)}`,
    command.name() === 'set' ? `the value is not an argument: ${fullName(command)} PATH asks for it, or reads it from stdin` : usageLine(command),
  );

/** Text of commander about names from the table alone, without its prefix. */
const plain = (text: string): string => text.replace(/^error: /, '').replaceAll("'", '').replace('argument missing', 'needs a value');

const failureOf = (command: Command, code: string, text: string): Failure | undefined => {
  switch (code) {
    case 'commander.helpDisplayed':
      return undefined;
    case 'commander.help':
      return fail(EXIT.usage, `${fullName(command)} needs a command`, `${fullName(command)} --help`);
    case 'commander.unknownCommand':
      return unknownWord(command, 'command', text);
    case 'commander.unknownOption':
      return unknownWord(command, 'option', text);
    case 'commander.excessArguments':
      return tooMany(command);
    case 'commander.missingArgument':
    case 'commander.optionMissingArgument':
      return fail(EXIT.usage, plain(text), usageLine(command));
    default:
      return fail(EXIT.usage, `${fullName(command)} cannot be understood`, `${fullName(command)} --help`);
  }
};

/** Ends parsing with the failure that a mistake stands for. */
export const stop = (command: Command, code: string, text: string): never => {
  throw new Stopped(failureOf(command, code, text));
};
