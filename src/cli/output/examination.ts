/** Prints the findings of `nsync doctor`. */
import type { CheckResult, Finding } from '../../doctor';
import { print } from './output';
import { SEVERITY_COLOURS } from './problems';
import { printTable } from './printTable';
import type { Column } from './table';
import { counted, paint, printable } from './text';

const STATUS = { OK: 'ok', SKIPPED: 'skipped', FAILED: 'failed' } as const;

/** `1 error, 2 warnings` */
function statusOf({ status, findings }: CheckResult): string {
  if (status !== 'FOUND') return STATUS[status];
  return (['ERROR', 'WARNING'] as const)
    .flatMap((severity) => {
      const count = findings.filter((finding) => finding.severity === severity).length;
      return count > 0 ? [counted(count, severity.toLowerCase())] : [];
    })
    .join(', ');
}

const COLUMNS: readonly Column<CheckResult>[] = [
  { title: 'Check', value: ({ check }) => check },
  { title: 'Result', value: statusOf },
  { title: 'What is checked', value: ({ about }) => about, spare: 1 },
];

/** A finding in one line, without colours: the problem, then the advice. */
export const findingLine = ({ severity, problem, advice }: Finding): string => `${severity} ${problem} ${advice}`;

const findingLines = ({ severity, problem, advice, count, examples }: Finding): string[] => [
  `${paint(SEVERITY_COLOURS[severity], severity)} ${printable(problem)}`,
  ...examples.map((example) => printable(`    ${example}`)),
  ...(examples.length > 0 && count > examples.length ? [`    … and ${counted(count - examples.length, 'other')}`] : []),
  printable(`    ${advice}`),
];

const reasonLines = ({ check, reason }: CheckResult): string[] =>
  reason === null ? [] : [printable(`${check}: ${reason}`)];

/** Sorts errors before warnings. */
const bySeverity = (one: Finding, other: Finding): number =>
  one.severity === other.severity ? 0 : one.severity === 'ERROR' ? -1 : 1;

export async function printResults(results: readonly CheckResult[]): Promise<void> {
  await printTable(COLUMNS, results);
  const findings = results.flatMap((result) => result.findings);
  const lines = [...results.flatMap(reasonLines), ...[...findings].sort(bySeverity).flatMap(findingLines)];
  if (lines.length > 0) await print('', ...lines);
}
