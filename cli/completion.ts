/** Scripts that let a shell complete the words of `jetlock`, made from the tree of commands. They run no command of ours. */
import type { Command } from 'commander';

type Word = { readonly word: string; readonly does: string; readonly takesValue: boolean };
/** A command with the words that may follow it; `at` is its words, each after a space, so `''` for the root. */
type Node = { readonly at: string; readonly commands: ReadonlyArray<Word>; readonly options: ReadonlyArray<Word> };

const nodesOf = (command: Command, at = ''): ReadonlyArray<Node> => [
  {
    at,
    commands: command.commands.map((sub) => ({ word: sub.name(), does: sub.description(), takesValue: false })),
    options: command.options.map((option) => ({
      word: option.long ?? '',
      does: option.description.replace(/ \([^()]*\)$/, ''),
      takesValue: option.required,
    })),
  },
  ...command.commands.flatMap((sub) => nodesOf(sub, `${at} ${sub.name()}`)),
];

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const known = (nodes: ReadonlyArray<Node>, between: string): string =>
  nodes.filter(({ at }) => at !== '').map(({ at }) => quoted(at)).join(between);

const wordsOf = (words: ReadonlyArray<Word>): string => quoted(words.map(({ word }) => word).join(' '));

const bash = (nodes: ReadonlyArray<Node>): string => `# jetlock completion bash > ~/.local/share/bash-completion/completions/jetlock
_jetlock() {
  local at='' words='' options='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${known(nodes, '|')}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at" in
${nodes.map(({ at, commands, options }) => `    ${quoted(at)}) words=${wordsOf(commands)} options=${wordsOf(options)} ;;`).join('\n')}
  esac
  [[ "\${COMP_WORDS[COMP_CWORD]}" == -* ]] && words="$options"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _jetlock jetlock
`;

const described = (words: ReadonlyArray<Word>): string =>
  words.map(({ word, does }) => quoted(`${word}:${does.replaceAll(':', '\\:')}`)).join(' ');

const zsh = (nodes: ReadonlyArray<Node>): string => `#compdef jetlock
# jetlock completion zsh > a folder of your $fpath, as _jetlock
_jetlock() {
  local at='' word
  local -a offered
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      ${known(nodes, '|')}) at="$at $word" ;;
    esac
  done
  case "$at" in
${nodes
  .map(
    ({ at, commands, options }) =>
      `    ${quoted(at)}) offered=(${described(commands)}); [[ "$PREFIX" == -* ]] && offered=(${described(options)}) ;;`,
  )
  .join('\n')}
  esac
  (( \${#offered} )) && _describe jetlock offered || _files
}
if [ "$funcstack[1]" = _jetlock ]; then _jetlock "$@"; else compdef _jetlock jetlock; fi
`;

const fishLines = ({ at, commands, options }: Node): ReadonlyArray<string> => {
  const when = `complete -c jetlock -n ${quoted(`__jetlock_at "${at}"`)}`;
  return [
    ...commands.map(({ word, does }) => `${when} -f -a ${word} -d ${fishQuoted(does)}`),
    ...options.map(({ word, does, takesValue }) => `${when} -l ${word.slice(2)}${takesValue ? ' -r' : ''} -d ${fishQuoted(does)}`),
  ];
};

const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const fish = (nodes: ReadonlyArray<Node>): string => `# jetlock completion fish > ~/.config/fish/completions/jetlock.fish
function __jetlock_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${known(nodes, ' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${nodes.flatMap(fishLines).join('\n')}
`;

const SCRIPTS: Readonly<Record<string, (nodes: ReadonlyArray<Node>) => string>> = { bash, zsh, fish };

export const SHELLS: ReadonlyArray<string> = Object.keys(SCRIPTS);

/** The script for one shell; nothing for a shell that is not in `SHELLS`. */
export const completionScript = (shell: string, root: Command): string | undefined =>
  Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell]?.(nodesOf(root)) : undefined;
