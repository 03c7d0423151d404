/** A completion script for bash 3.2 and later. If nothing else matches, it completes file names. */
import type { Command } from 'commander';
import { type CompletedCommand, type CompletedOption, completionTree } from './tree';
import { PROGRAMS, quoted } from './words';

/** Options that select the database or server whose names are completed. */
const CONNECTION = ['--database', '--models', '--demo', '--server', '--header', '--token-file'];

const words = (list: readonly string[]): string => quoted(list.join(' '));
const reply = (list: readonly string[]): string => `COMPREPLY=($(compgen -W ${words(list)} -- "$cur"))`;
const flagsOf = (options: readonly CompletedOption[]): string[] => options.flatMap(({ flags }) => flags);

/** A branch of a `case`, which completes a word from choices or names. */
function completes(pattern: string, { choices, kind }: Pick<CompletedOption, 'choices' | 'kind'>): string[] {
  if (kind) return [`    ${pattern}) _nsync_names ${kind} ;;`];
  return choices.length > 0 ? [`    ${pattern}) ${reply(choices)} ;;`] : [];
}

const NAMES = `# Completes names that the database, or the server, knows.
_nsync_names() {
  local name shown
  while IFS= read -r name; do
    if [[ $cur == [\\"\\']* ]]; then
      [[ $name == "\${cur:1}"* ]] && COMPREPLY+=("$name")
    else
      printf -v shown '%q' "$name"
      [[ $shown == "$cur"* ]] && COMPREPLY+=("$shown")
    fi
  done < <("\${words[0]}" complete "$1" "\${connection[@]}" 2> /dev/null < /dev/null)
}`;

/** Fills `words` with the words of the line up to the cursor. */
const WORDS = `  # Bash divides words at signs of URLs: what no blank separates is one word.
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ \${#words[@]} -eq 0 || $line == [[:space:]]* ]]; then
      words+=("$word")
      line="\${line#"\${line%%[![:space:]]*}"}"
    else
      words[\${#words[@]}-1]+="$word"
    fi
    line="\${line#"$word"}"
  done`;

/** The branches of the three `case`s: values of options, flags of commands, and arguments. */
function caseLines(commands: readonly CompletedCommand[]): Record<'values' | 'flags' | 'args', string[]> {
  return {
    values: commands.flatMap(({ names, options }) =>
      options.flatMap((option) =>
        completes(names.flatMap((name) => option.flags.map((flag) => quoted(`${name} ${flag}`))).join(' | '), option),
      ),
    ),
    flags: commands.map(({ names, options }) => `    ${names.map(quoted).join(' | ')}) ${reply(flagsOf(options))} ;;`),
    args: commands.flatMap(({ names, arguments: own }) =>
      own.flatMap((argument, position) =>
        completes(names.map((name) => quoted(`${name} ${position}`)).join(' | '), argument),
      ),
    ),
  };
}

/** A script that defines the completion of a program, for `source` in bash. */
export function bashScript(program: Command): string {
  const { options, commands } = completionTree(program);
  const all = [...options, ...commands.flatMap((command) => command.options)];
  const valued = new Set(flagsOf(all.filter(({ takesValue }) => takesValue)));
  const groups = commands.filter(({ nested }) => nested.length > 0).flatMap(({ names }) => names);
  const top = commands.filter(({ isNested }) => !isNested).flatMap(({ names }) => names);
  const { values, flags, args } = caseLines(commands);
  return `# Completion of nsync for bash.

${NAMES}

_nsync() {
  local line="\${COMP_LINE:0:COMP_POINT}" word words=() cur command='' option='' position=0 connection=() i last
${WORDS}
  last=$((\${#words[@]} - 1))
  cur="\${words[last]}"
  for ((i = 1; i < last; i++)); do
    word="\${words[i]}"
    if [[ $word == -* ]]; then
      [[ ${words(['', ...CONNECTION, ''])} == *" \${word%%=*} "* ]] && connection+=("$word")
      if [[ ${words(['', ...valued, ''])} == *" $word "* ]]; then
        i=$((i + 1))
        if [[ $i -eq $last ]]; then option="$word"; fi
        [[ ${words(['', ...CONNECTION, ''])} == *" $word "* ]] && connection+=("\${words[i]//[\\"\\']/}")
      fi
    elif [[ -z $command ]]; then
      command="$word"
    elif [[ ${words(['', ...groups, ''])} == *" $command "* ]]; then
      command="$command $word"
    else
      position=$((position + 1))
    fi
  done
  COMPREPLY=()
  if [[ -n $option ]]; then
    case "$command $option" in
${values.join('\n')}
    esac
  elif [[ -z $command ]]; then
    ${reply([...top, ...flagsOf(options)])}
  elif [[ $cur == -* ]]; then
    case "$command" in
${flags.join('\n')}
    esac
  else
    case "$command $position" in
${args.join('\n')}
    esac
  fi
}
complete -o default -F _nsync ${PROGRAMS}`;
}
