/** What a command says about a run that has ended, besides its report. */
import type { RunFragment } from '../../schema/operations/generated';
import { EXIT } from './failure';
import { note } from './output/output';

/** Sources without any action flags (R3). Most likely, the flags were forgotten. */
function withoutActions({ sources, problemGroups }: RunFragment): RunFragment['sources'] {
  const skipped = problemGroups.filter(({ code }) => code === 'NO_ACTION');
  return sources.filter(
    ({ file, counts: { rows } }) => rows > 0 && skipped.some((group) => group.file === file && group.count === rows),
  );
}

/** Notes sources without actions, and sets the exit code. `strict`: warnings count as failures. */
export function judge(run: RunFragment, strict = false): void {
  const idle = withoutActions(run);
  for (const { file, model } of idle)
    note(`${file ?? model}: no row has action flags, so nothing was done. Add --flags, for example --flags cu.`);
  const isStrictFailure = strict && run.counts.warnings > 0;
  if (run.status === 'CANCELLED' || run.status === 'INTERRUPTED') process.exitCode ??= EXIT.couldNotRun;
  else if (run.counts.failed > 0 || idle.length > 0 || isStrictFailure) process.exitCode ??= EXIT.rowsFailed;
}
