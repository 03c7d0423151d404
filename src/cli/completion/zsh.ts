/** A completion script for zsh. */
import type { Command } from 'commander';
import { type CompletedArgument, type CompletedCommand, type CompletedOption, completionTree } from './tree';
import { PROGRAMS, quoted } from './words';

/** Escapes characters with a special meaning in a specification of _arguments. */
const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

/** The action that completes a word. */
function action({ choices, kind }: Pick<CompletedOption, 'choices' | 'kind'>): string {
  if (kind) return `{_nsync_names ${kind}}`;
  return choices.length > 0 ? `(${choices.join(' ')})` : '_files';
}

function zshOption(option: CompletedOption): string {
  const { flags, description, takesValue, isRepeatable } = option;
  const value = takesValue ? `:value:${action(option)}` : '';
  const rest = `[${escaped(description)}]${value}`;
  if (isRepeatable) return flags.map((flag) => quoted(`*${flag}${rest}`)).join(' ');
  if (flags.length === 1) return quoted(`${flags.join('')}${rest}`);
  return `${quoted(`(${flags.join(' ')})`)}{${flags.join(',')}}${quoted(rest)}`;
}

const zshArgument = (argument: CompletedArgument): string =>
  quoted(`${argument.isVariadic ? '*' : ''}:${escaped(argument.name)}:${action(argument)}`);

const NAMES = `# Completes names that the database, or the server, knows.
_nsync_names() {
  local -a connection names
  local i
  for ((i = 2; i < $#nsync_line; i++)); do
    case $nsync_line[i] in
      --demo | --database=* | --models=* | --server=* | --header=* | --token-file=*) connection+=("\${(Q)nsync_line[i]}") ;;
      --database | --models | --server | --header | --token-file) connection+=("$nsync_line[i]" "\${(Q)nsync_line[i + 1]}") ;;
    esac
  done
  names=("\${(@f)$("\${(Q)nsync_line[1]}" complete $1 $connection 2> /dev/null < /dev/null)}")
  compadd -a names
}`;

/** A branch of the `case` of commands, with the options and arguments of one command. */
function commandCase({ names, options, arguments: args }: CompletedCommand): string {
  const specifications = [...options.map(zshOption), ...args.map(zshArgument)];
  return `        ${names.map((name) => name.replaceAll(' ', '\\ ')).join('|')})
          _arguments \\
            ${specifications.join(' \\\n            ')}
          ;;`;
}

/** A script that defines the completion of a program. zsh loads or sources it. */
export function zshScript(program: Command): string {
  const { options, commands } = completionTree(program);
  const top = commands.filter(({ isNested }) => !isNested);
  const described = top.flatMap(({ names, summary }) =>
    names.map((name) => `        ${quoted(`${escaped(name)}:${escaped(summary)}`)}`),
  );
  const groups = commands.filter(({ nested }) => nested.length > 0).flatMap(({ names }) => names);
  return `#compdef ${PROGRAMS}
# Completion of nsync for zsh.

${NAMES}

_nsync() {
  local curcontext="$curcontext" state line
  local -a nsync_line=("\${words[@]}")
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
      local name=$words[1]
      # A command within another is one command with two words.
      if [[ " ${groups.join(' ')} " == *" $name "* && $CURRENT -gt 2 ]]; then
        name="$words[1] $words[2]"
        shift words
        (( CURRENT-- ))
      fi
      case $name in
${commands.map(commandCase).join('\n')}
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
