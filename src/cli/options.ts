/** Options that several commands share. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../nearest';

/** Examples below a command's help, each with its effect. */
export const examples = (...lines: readonly (readonly [command: string, does: string])[]): string =>
  `\nExamples:\n${lines.map(([command, does]) => `  # ${does}\n  $ nsync ${command}\n`).join('')}`;

/** Parses one of some words, in any case. */
export const oneOf =
  (words: readonly string[]) =>
  (given: string): string => {
    const found = words.find((word) => word === given.toLowerCase());
    if (found !== undefined) return found;
    const near = nearest(given, words);
    throw new InvalidArgumentError(`${near ? `Did you mean "${near}"? ` : ''}Use one of ${words.join(', ')}.`);
  };

/** An option whose value is one of some words. The first is the default. */
export const choice = (flags: string, description: string, words: readonly string[]): Option =>
  new Option(flags, description).choices(words).argParser(oneOf(words)).default(words[0]);

/** An option that may be given several times. */
export class RepeatableOption extends Option {
  constructor(flags: string, description: string) {
    super(flags, `${description}; may be given several times`);
  }

  /** Collects all given values, parsed by `parse`, in a list. */
  gathering(parse: (given: string) => unknown): this {
    return this.argParser((given: string, before: readonly unknown[] | undefined) => [...(before ?? []), parse(given)]);
  }
}

/** Parses a whole number that is not negative. */
export function wholeNumber(given: string): number {
  if (!/^\d{1,15}$/.test(given)) throw new InvalidArgumentError('Use a whole number.');
  return Number(given);
}

const databaseOption = (): Option => new Option('--database <url>', 'use this database (default: DATABASE_URL)');
const serverOption = (flags: string, description: string): Option =>
  new Option(flags, description).conflicts(['database', 'models', 'demo']);
const demoOption = (): Option => new Option('--demo', 'use the demo models in nsync-demo.sqlite; create the file if it is missing').conflicts('database'); // prettier-ignore

/** For commands that need a database, but no models. */
export const withDatabase = (command: Command): Command => command.addOption(databaseOption()).addOption(demoOption());

/** For commands that open a database and its models. */
export const withModels = (command: Command): Command =>
  command
    .addOption(databaseOption())
    .option('--models <module>', 'use these models: a module or "demo" (default: NSYNC_MODELS, or one per table)')
    .addOption(demoOption().conflicts(['database', 'models']));

/** For commands that work on a database, or through a server. */
export const withTransport = (command: Command): Command =>
  withModels(command)
    .addOption(serverOption('--server <url>', 'go through this server: http://127.0.0.1:4000'))
    .addOption(
      new RepeatableOption('--header <header>', 'send this header to the server: "Name: value"').gathering(String),
    )
    .addOption(serverOption('--token-file <path>', 'send the token in this file to the server (default: NSYNC_TOKEN)'))
    // Accepted only to be refused with an explanation.
    .addOption(new Option('--token <secret>').hideHelp());

/** Accepts the options of databases and servers also before the command. */
export const withLeadingOptions = (program: Command): Command =>
  withTransport(program.enablePositionalOptions()).hook('preSubcommand', (_program, command) => {
    const own = new Set(command.options.map((option) => option.attributeName()));
    for (const option of program.options) {
      const name = option.attributeName();
      if (program.getOptionValueSource(name) !== 'cli') continue;
      if (!own.has(name)) program.error(`error: "${command.name()}" has no option ${option.long ?? name}`);
      command.setOptionValueWithSource(name, program.getOptionValue(name), 'cli');
    }
  });

export const withOutput = (command: Command, quiet: string): Command =>
  command.option('--json', 'print JSON lines').option('-q, --quiet', quiet);

/** For commands that print a list. */
export const withList = (command: Command, names: string): Command =>
  withOutput(
    withTransport(command).addOption(
      new Option('--limit <number>', 'print at most this many (default: 50); 0 prints all').argParser(wholeNumber),
    ),
    `print only ${names}`,
  );
