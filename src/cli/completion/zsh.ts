/** A completion script for zsh. */
import type { Command } from 'commander';
import { type CompletedArgument, type CompletedOption, completionTree } from './tree';
import { PROGRAMS, quoted } from './words';

/** Signs that mean something in a specification of _arguments. */
const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

/** What completes a word. */
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

# Completes names that the database, or the server, knows.
_nsync_names() {
  local -a connection names
  local i
  for ((i = 2; i < $#nsync_line; i++)); do
    case $nsync_line[i] in
      --demo | --database=* | --models=* | --server=* | --header=*) connection+=("\${(Q)nsync_line[i]}") ;;
      --database | --models | --server | --header) connection+=("$nsync_line[i]" "\${(Q)nsync_line[i + 1]}") ;;
    esac
  done
  names=("\${(@f)$("\${(Q)nsync_line[1]}" complete $1 $connection 2> /dev/null < /dev/null)}")
  compadd -a names
}

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
