/** The commands of `nsync` by their full names: `runs`, `token create`. */
import type { Command } from 'commander';

interface TypedCommand {
  readonly name: string;
  readonly command: Command;
}

/** The commands that have an action, including nested ones. */
export const commandsOf = (program: Command, within = ''): TypedCommand[] =>
  program.commands.flatMap((command) => {
    const name = within + command.name();
    return command.commands.length > 0 ? commandsOf(command, `${name} `) : [{ name, command }];
  });
