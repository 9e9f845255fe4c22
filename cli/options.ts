/** How an option is declared: once, for the parser, `--help`, the completion and the documentation. */
import { Option as Parsed } from 'commander';
import type { DevFile } from './dev-file.ts';

export type Option = {
  /** As typed, without the dashes. */
  readonly name: string;
  /** What its value is called in help; an option without one is a flag. */
  readonly value?: string;
  readonly description: string;
  /** Its value names a file. */
  readonly isFile?: true;
  readonly choices?: ReadonlyArray<string>;
  readonly required?: true;
  readonly default?: string;
  /** Its value beside a running `jetlock dev`. */
  readonly beside?: (dev: DevFile) => string;
  /** An option, declared before this one, that makes `jetlock dev` not count for it. */
  readonly unless?: string;
  /** The service is reached by it, where it is given, and not by NATS. */
  readonly isInsteadOfNats?: true;
  /** Heading in help. */
  readonly group?: string;
};

/** What a command gets: values by the option's name, and the flags that are on. */
export type Options = {
  readonly text: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
};

/** The environment variable of an option: `JETLOCK_NATS_PORT` for `--nats-port`. */
export const variableOf = (option: Option): string => `JETLOCK_${option.name.toUpperCase().replaceAll('-', '_')}`;

export const usageOf = (option: Option): string =>
  option.value === undefined ? `--${option.name}` : `--${option.name} <${option.value}>`;

const notes = (option: Option): string =>
  [
    ...(option.required ? ['required'] : []),
    ...(option.choices ? [option.choices.join(', ')] : []),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
    `env: ${variableOf(option)}`,
  ].join('; ');

/**
 * An option as the parser knows it. The parser is told nothing of the environment nor of defaults, which
 * `environment.ts` puts in later; so a value can neither show in help nor in the parser's own messages.
 */
export const parsedOption = (option: Option): Parsed => {
  const parsed = new Parsed(usageOf(option), `${option.description} (${notes(option)})`);
  return option.group === undefined ? parsed : parsed.helpGroup(option.group);
};
