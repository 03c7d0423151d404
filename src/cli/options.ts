/** Options that several commands share. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../nearest';

/** Examples below a command's help, each with what it does. */
export const examples = (...lines: readonly (readonly [command: string, does: string])[]): string =>
  `\nExamples:\n${lines.map(([command, does]) => `  # ${does}\n  $ nsync ${command}\n`).join('')}`;

/** One of some words, in any case. */
export const oneOf =
  (words: readonly string[]) =>
  (given: string): string => {
    const found = words.find((word) => word === given.toLowerCase());
    if (found !== undefined) return found;
    const near = nearest(given, words);
    throw new InvalidArgumentError(`${near ? `Did you mean "${near}"? ` : ''}It is one of ${words.join(', ')}.`);
  };

/** An option that takes one of some words, of which the first is meant where it is not given. */
export const choice = (flags: string, description: string, words: readonly string[]): Option =>
  new Option(flags, description).choices(words).argParser(oneOf(words)).default(words[0]);

/** An option that may be given several times. */
export class RepeatableOption extends Option {
  constructor(flags: string, description: string) {
    super(flags, `${description}; may be given several times`);
  }

  /** What is given each time, as `parse` reads it, makes a list. */
  gathering(parse: (given: string) => unknown): this {
    return this.argParser((given: string, before: readonly unknown[] | undefined) => [...(before ?? []), parse(given)]);
  }
}

/** A whole number, not negative. */
export function wholeNumber(given: string): number {
  if (!/^\d{1,15}$/.test(given)) throw new InvalidArgumentError('It is a whole number.');
  return Number(given);
}

/** Which database or server a command works on. */
export const withDoor = (command: Command): Command =>
  command
    .addOption(new Option('--database <url>', 'work on this database (default: DATABASE_URL)').conflicts('server'))
    .option('--models <module>', 'the database’s models (default: NSYNC_MODELS, else its tables)')
    .addOption(new Option('--server <url>', 'work through this server: http://127.0.0.1:4000').conflicts('models'))
    .addOption(new RepeatableOption('--header <header>', 'send it to the server: "Name: value"').gathering(String));

export const withOutput = (command: Command, quiet: string): Command =>
  command.option('--json', 'print JSON lines').option('-q, --quiet', quiet);

/** What lists have in common. */
export const withList = (command: Command, names: string): Command =>
  withOutput(
    withDoor(command).addOption(
      new Option('--limit <number>', 'items at most (default: 50); 0: all').argParser(wholeNumber),
    ),
    `print ${names} alone`,
  );
