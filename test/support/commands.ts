/** The commands of `nsync` as people type them: `runs`, `token create`. */
import type { Command } from 'commander';

interface TypedCommand {
  readonly name: string;
  readonly command: Command;
}

/** The commands that do something, those within others included. */
export const commandsOf = (program: Command, within = ''): TypedCommand[] =>
  program.commands.flatMap((command) => {
    const name = within + command.name();
    return command.commands.length > 0 ? commandsOf(command, `${name} `) : [{ name, command }];
  });
