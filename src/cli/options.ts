/** Options that several commands share. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../nearest';

/** Examples below a command's help, each with what it does. */
export const examples = (...lines: readonly (readonly [command: string, does: string])[]): string =>
  `\nExamples:\n${lines.map(([command, does]) => `  # ${does}\n  $ nsync ${command}\n`).join('')}`;

/** An option that takes one of some words, in any case. */
export function choice(flags: string, description: string, words: readonly string[]): Option {
  const option = new Option(flags, description).choices([...words]);
  return option.argParser((given: string) => {
    const found = words.find((word) => word === given.toLowerCase());
    if (found !== undefined) return found;
    const near = nearest(given, words);
    throw new InvalidArgumentError(
      near ? `Did you mean "${near}"? It is one of ${words.join(', ')}.` : `It is one of ${words.join(', ')}.`,
    );
  });
}

/** A whole number, not negative. */
export function wholeNumber(given: string): number {
  if (!/^\d{1,15}$/.test(given)) throw new InvalidArgumentError('It is a whole number.');
  return Number(given);
}

/** Gathers an option that may be given several times. */
export const several = (given: string, before: readonly string[] = []): readonly string[] => [...before, given];

/** Which database or server a command works on. */
export const withDoor = (command: Command): Command =>
  command
    .addOption(new Option('--database <url>', 'work on this database (default: DATABASE_URL)').conflicts('server'))
    .option('--models <module>', 'the database’s models (default: NSYNC_MODELS)')
    .addOption(new Option('--server <url>', 'work through this server instead, such as http://127.0.0.1:4000').conflicts('models')) // prettier-ignore
    .addOption(new Option('--header <header>', 'send a header to the server: "Authorization: Bearer …"; may be given several times').argParser(several)); // prettier-ignore

export const withOutput = (command: Command, quiet: string): Command =>
  command.option('--json', 'print JSON lines').option('-q, --quiet', quiet);

/** What lists have in common. */
export const withList = (command: Command, names: string): Command =>
  withOutput(
    withDoor(command).addOption(
      new Option('--limit <number>', 'items at most; 0: all').argParser(wholeNumber).default(50),
    ),
    `print ${names} alone`,
  );
