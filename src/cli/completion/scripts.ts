/** Completion scripts for shells. */
import type { Command } from 'commander';
import { type CompletedArgument, type CompletedOption, completionTree } from './tree';

/** Both are bin names of the package. */
const PROGRAMS = 'nsync graphql-nsync';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const words = (list: readonly string[]): string => quoted(list.join(' '));
const reply = (list: readonly string[]): string => `COMPREPLY=($(compgen -W ${words(list)} -- "$cur"))`;
const flagsOf = (options: readonly CompletedOption[]): string[] => options.flatMap(({ flags }) => flags);

/** For bash 3.2 and later. Where nothing fits, names of files do. */
export function bashScript(program: Command): string {
  const { options, commands } = completionTree(program);
  const values = commands.flatMap(({ names, options: own }) =>
    own
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => {
        const cases = names.flatMap((name) => flags.map((flag) => quoted(`${name} ${flag}`))).join(' | ');
        return `    ${cases}) ${choices.length > 0 ? `${reply(choices)}; ` : ''}return ;;`;
      }),
  );
  const cases = commands.map(({ names, options: own, arguments: args }) => {
    const choices = args.flatMap((argument) => argument.choices);
    return `    ${names.join(' | ')}) if [[ $cur == -* ]]; then ${reply(flagsOf(own))}; else ${reply(choices)}; fi ;;`;
  });
  return `# Completion of nsync for bash.
_nsync() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" command='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then
      command="\${COMP_WORDS[i]}"
      break
    fi
  done
  COMPREPLY=()
  case "$command $prev" in
${values.join('\n')}
  esac
  case "$command" in
    '') ${reply([...commands.flatMap(({ names }) => names), ...flagsOf(options)])} ;;
${cases.join('\n')}
  esac
}
complete -o default -F _nsync ${PROGRAMS}`;
}

/** Signs that mean something in a specification of _arguments. */
const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

const zshChoices = (choices: readonly string[]): string => (choices.length > 0 ? `(${choices.join(' ')})` : '_files');

function zshOption({ flags, description, takesValue, isRepeatable, choices }: CompletedOption): string {
  const value = takesValue ? `:value:${zshChoices(choices)}` : '';
  const rest = `[${escaped(description)}]${value}`;
  if (isRepeatable) return flags.map((flag) => quoted(`*${flag}${rest}`)).join(' ');
  if (flags.length === 1) return quoted(`${flags.join('')}${rest}`);
  return `${quoted(`(${flags.join(' ')})`)}{${flags.join(',')}}${quoted(rest)}`;
}

const zshArgument = ({ name, isVariadic, choices }: CompletedArgument): string =>
  quoted(`${isVariadic ? '*' : ''}:${escaped(name)}:${zshChoices(choices)}`);

export function zshScript(program: Command): string {
  const { options, commands } = completionTree(program);
  const described = commands.flatMap(({ names, summary }) =>
    names.map((name) => `        ${quoted(`${escaped(name)}:${escaped(summary)}`)}`),
  );
  const cases = commands.map(({ names, options: own, arguments: args }) => {
    const specifications = [...own.map(zshOption), ...args.map(zshArgument)];
    return `        ${names.join('|')})
          _arguments \\
            ${specifications.join(' \\\n            ')}
          ;;`;
  });
  return `#compdef ${PROGRAMS}
# Completion of nsync for zsh.
_nsync() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C \\
    ${options.map(zshOption).join(' \\\n    ')} \\
    '1: :->command' \\
    '*:: :->rest' && return
  case $state in
    command)
      local -a commands
      commands=(
${described.join('\n')}
      )
      _describe -t commands command commands
      ;;
    rest)
      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = "_nsync" ]; then
  _nsync "$@"
else
  compdef _nsync ${PROGRAMS}
fi`;
}
