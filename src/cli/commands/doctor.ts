/** `nsync doctor` */
import type { Command } from 'commander';
import type { CheckResult, Finding } from '../../doctor';
import type { LocalOptions } from '../localSettings';
import { examples, withModels, withOutput } from '../options';
import type { OutputOptions } from '../output/output';

async function doctor(options: LocalOptions & OutputOptions): Promise<void> {
  const [{ examineLocal }, { EXIT }, { note, printJson }, { printResults, findingLine }] = await Promise.all([
    import('../transports/database.js'),
    import('../failure.js'),
    import('../output/output.js'),
    import('../output/examination.js'),
  ]);
  const { json, quiet } = options;
  const results: CheckResult[] = [];
  await examineLocal(options, {
    target: (line) => {
      if (!quiet) note(line);
    },
    result: async (result) => {
      results.push(result);
      if (json) await printJson(result);
    },
  });
  if (quiet && !json) for (const result of results) notesOf(result, findingLine).forEach(note);
  else if (!json) await printResults(results);
  if (results.some(({ status }) => status === 'FAILED')) process.exitCode = EXIT.couldNotRun;
  else if (results.some(({ status }) => status === 'FOUND')) process.exitCode = EXIT.problemFound;
}

const notesOf = ({ check, reason, findings }: CheckResult, lineOf: (finding: Finding) => string): string[] => [
  ...(reason === null ? [] : [`${check}: ${reason}`]),
  ...findings.map(lineOf),
];

export function addDoctor(program: Command): void {
  withOutput(withModels(program.command('doctor').summary('check a database for problems')), 'print only problems, on stderr')
    .description(
      'Checks a database for what would go wrong, and says what to do. It writes nothing. The exit code is 1 if there is a problem.',
    )
    .addHelpText(
      'after',
      examples(
        ['doctor --database mysql://user@db.example/app', 'Check after a restore or an upgrade'],
        ['doctor --quiet', 'Print only problems, for a job that runs every night'],
        ["doctor --json | jq -r '.findings[].advice'", 'What to do about each problem'],
      ),
    )
    .action(doctor); // prettier-ignore
}
