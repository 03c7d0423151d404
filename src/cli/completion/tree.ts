/** The completions of a program, from commander's tree of commands. */
import type { Argument, Command, Option } from 'commander';
import { RepeatableOption } from '../options';

/** Kinds of names that only a database or a server can list. */
export type NameKind = 'models' | 'systems';

export interface CompletedOption {
  /** `-q`, `--quiet` */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly isRepeatable: boolean;
  readonly choices: readonly string[];
  readonly kind: NameKind | null;
}

export interface CompletedArgument {
  readonly name: string;
  readonly isVariadic: boolean;
  readonly choices: readonly string[];
  readonly kind: NameKind | null;
}

export interface CompletedCommand {
  /** The command's name and aliases. A nested command is prefixed with its parent: `token create`. */
  readonly names: readonly string[];
  readonly isNested: boolean;
  /** The names of nested commands. */
  readonly nested: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly CompletedArgument[];
}

const KINDS: Readonly<Record<string, NameKind>> = { model: 'models', system: 'systems' };

const option = (given: Option): CompletedOption => ({
  flags: [given.short, given.long].flatMap((flag) => flag ?? []),
  description: given.description,
  takesValue: given.required || given.optional,
  isRepeatable: given instanceof RepeatableOption,
  choices: given.argChoices ?? [],
  kind: KINDS[given.attributeName()] ?? null,
});

const argument = (given: Argument): CompletedArgument => ({
  name: given.name(),
  isVariadic: given.variadic,
  choices: given.argChoices ?? [],
  kind: KINDS[given.name()] ?? null,
});

const commandArgument = (choices: readonly string[]): CompletedArgument => ({
  name: 'command',
  isVariadic: false,
  choices,
  kind: null,
});

/** The program's own options, and its commands. Each command is followed by its nested commands. */
export function completionTree(program: Command): { options: CompletedOption[]; commands: CompletedCommand[] } {
  const help = program.createHelp();
  const optionsOf = (command: Command): CompletedOption[] => help.visibleOptions(command).map(option);
  const commandsIn = (command: Command): string[] => help.visibleCommands(command).map((inner) => inner.name());
  const argumentsOf = (command: Command, nested: readonly string[]): CompletedArgument[] => {
    if (command.name() === 'help') return [commandArgument(commandsIn(program))];
    return nested.length > 0 ? [commandArgument(nested)] : command.registeredArguments.map(argument);
  };
  const complete = (command: Command, within: string): CompletedCommand[] => {
    const nested = commandsIn(command);
    const own = {
      names: [command.name(), ...command.aliases()].map((name) => within + name),
      isNested: within !== '',
      nested,
      summary: help.subcommandDescription(command),
      options: optionsOf(command),
      arguments: argumentsOf(command, nested),
    };
    return [own, ...command.commands.flatMap((inner) => complete(inner, `${within}${command.name()} `))];
  };
  return {
    options: optionsOf(program),
    commands: help.visibleCommands(program).flatMap((command) => complete(command, '')),
  };
}
