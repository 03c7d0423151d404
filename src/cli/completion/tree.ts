/** What shells complete, from commander's own tree of commands. */
import type { Argument, Command, Option } from 'commander';
import { RepeatableOption } from '../options';

/** Names that only the database, or a server, knows. */
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
  /** Its name, and its aliases. */
  readonly names: readonly string[];
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

/** The program's own options, and its commands with theirs. */
export function completionTree(program: Command): { options: CompletedOption[]; commands: CompletedCommand[] } {
  const help = program.createHelp();
  const optionsOf = (command: Command): CompletedOption[] => help.visibleOptions(command).map(option);
  return {
    options: optionsOf(program),
    commands: help.visibleCommands(program).map((command) => ({
      names: [command.name(), ...command.aliases()],
      summary: help.subcommandDescription(command),
      options: optionsOf(command),
      arguments:
        // Help is of a command.
        command.name() === 'help'
          ? [
              {
                name: 'command',
                isVariadic: false,
                choices: help.visibleCommands(program).map((other) => other.name()),
                kind: null,
              },
            ]
          : command.registeredArguments.map(argument),
    })),
  };
}
