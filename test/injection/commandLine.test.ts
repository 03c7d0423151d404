/** Arguments and options of `nsync` are values in statements, whatever they contain. Run `npm run build` first. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDemoTables } from '../../src/demo/tables';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { guarded, type Guarded } from './guarded';
import { type Hazard, MARK, PLANTED } from './planted';
import type { Statement } from './statements';

const HAZARDS: readonly Hazard[] = ['quotes of quotes'];
const DIST = join(__dirname, '../../dist/src');

/** A command, how it ended, and its statements with a planted text. */
interface Attack {
  readonly args: readonly string[];
  readonly failure: string | null;
  readonly statements: readonly Statement[];
}

interface Order {
  readonly dist: string;
  readonly databaseUrl: string;
  readonly texts: readonly string[];
  readonly file: string;
  readonly mark: string;
}

/**
 * Runs in a separate process, so it must not refer to anything outside itself. Commands load modules in ways that only Node supports. Finds every
 * argument and option by walking the commands.
 */
async function attack({ dist, databaseUrl, texts, file, mark }: Order): Promise<Attack[]> {
  const load = process.getBuiltinModule('node:module').createRequire(`${dist}/index.js`);
  const taken: Statement[] = [];
  const watch = (prototype: Record<string, unknown>, method: string): void => {
    const original = prototype[method] as (...given: unknown[]) => unknown;
    prototype[method] = function (this: unknown, ...given: unknown[]): unknown {
      const [first] = given as [string | { sql?: string; text?: string }];
      const text = typeof first === 'string' ? first : String(first.sql ?? first.text);
      const bindings = given.filter((each) => typeof each !== 'function' && each !== first);
      const values = JSON.stringify([typeof first === 'string' ? null : (first as { values?: unknown }).values, bindings], (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)); // prettier-ignore
      if (text.includes(mark) || values.includes(mark)) taken.push({ text, bindings: values });
      return original.apply(this, given);
    };
  };
  watch((load('pg') as { Client: { prototype: Record<string, unknown> } }).Client.prototype, 'query');
  watch(Object.getPrototypeOf((load('mysql2') as { Connection: { prototype: object } }).Connection.prototype) as Record<string, unknown>, 'addCommand'); // prettier-ignore
  watch((load('./database/sqlite/thread/connection.js') as { ThreadConnection: { prototype: Record<string, unknown> } }).ThreadConnection.prototype, 'query'); // prettier-ignore

  interface Command {
    readonly commands: readonly Command[];
    readonly registeredArguments: readonly { readonly name: () => string }[];
    readonly options: readonly { readonly long: string; readonly flags: string }[];
    name(): string;
  }
  const { makeProgram } = load('./cli/program.js') as { makeProgram: () => Command & { parseAsync: (args: readonly string[], from: object) => Promise<unknown> } }; // prettier-ignore
  const leaves = (command: Command, path: readonly string[]): { path: readonly string[]; command: Command }[] =>
    command.commands.length === 0
      ? [{ path, command }]
      : command.commands.flatMap((each) => leaves(each, [...path, each.name()]));
  // These commands use no texts in statements: they start a server, change nsync's tables, or choose a target.
  const others = new Set(['serve', 'migrate', 'completion', 'complete', 'help']);
  const places = new Set(['--database', '--models', '--server', '--token', '--token-file', '--header']);
  const lines = leaves(makeProgram(), []).flatMap(({ path, command }) => {
    if (others.has(path[0] ?? '')) return [];
    const own = command.registeredArguments.map((argument) => argument.name());
    const values = command.options.filter(({ flags, long }) => flags.includes('<') && !places.has(long));
    const valued = (text: string | null): string[] => own.map((name) => (name === 'file' ? file : (text ?? 'Person')));
    return texts.flatMap((text) => [
      [...path, ...valued(text)],
      ...own.map((_, index) => [...path, ...valued(null).map((value, at) => (at === index && value !== file ? text : value))]),
      ...values.map(({ long }) => [...path, ...valued(null), long, text]),
    ]);
  }); // prettier-ignore
  const attacks: Attack[] = [];
  process.stdout.write = () => true;
  process.stderr.write = () => true;
  for (const args of lines) {
    const from = args[0]?.startsWith('token') ? [] : ['--models', 'demo'];
    let failure: string | null = null;
    try {
      await makeProgram().parseAsync([...args, '--database', databaseUrl, ...from], { from: 'user' });
    } catch (error) {
      failure = `${(error as Error).constructor.name}: ${(error as Error).message}`;
    }
    attacks.push({ args, failure, statements: taken.splice(0) });
  }
  return attacks;
}

describe.each(DATABASES)('on $name', (kind) => {
  let test: TestDatabase;
  let guard: Guarded;
  let folder: string;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    guard = await guarded(test.database);
    folder = mkdtempSync(join(tmpdir(), 'nsync-injection-'));
  });
  afterAll(async () => {
    guard.end();
    await test.drop();
    rmSync(folder, { recursive: true });
  });

  it('a text in any argument or option is bound, or refused', async () => {
    const file = join(folder, 'S_a_Person.csv');
    writeFileSync(file, 'action_flags,match_on,external_key,employee_id,first_name,last_name\ncu*,employee_id,1,E1,Ada,King\n');
    const script = join(folder, 'attack.cjs');
    writeFileSync(script, `const attack = ${String(attack)};\nprocess.once('message', (order) => attack(order).then((done) => process.send(done, () => process.exit())));`); // prettier-ignore
    const child = fork(script, { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } });
    const answered = once(child, 'message') as Promise<[Attack[]]>;
    // Each command opens the database, so few texts are tried. schema.test.ts tries every text with the resolvers.
    const texts = PLANTED.filter(({ hazard }) => HAZARDS.includes(hazard)).map(({ text }) => text);
    child.send({ dist: DIST, databaseUrl: test.url, texts, file, mark: MARK } satisfies Order);
    const [attacks] = await answered;
    const bound = new Set(attacks.flatMap(({ args, statements }) => (statements.length > 0 ? [args[0]] : [])));
    expect([...bound].sort()).toEqual(expect.arrayContaining(['audit', 'mappings', 'runs', 'sync-file']));
    for (const { args, failure, statements } of attacks) {
      expect({ args, sql: guard.inSql(statements) }).toEqual({ args, sql: [] });
      expect({ args, failure }).toEqual({ args, failure: failure && (expect.stringMatching(/^(CommandFailure|CommanderError|InvalidArgumentError|SettingsError): (?!An unexpected)/) as unknown) });
    }
    await guard.expectUntouched();
  }, 300_000); // prettier-ignore
});
