/** Shows the progress of a run in another process, step by step. */
import type { RunFragment, RunPhase } from '../../../schema/operations/generated';
import type { Progress, Stage } from './progress';

type RunProgress = Pick<NonNullable<RunFragment['progress']>, 'phase' | 'rowsDone' | 'rowsTotal' | 'rowsPerSecond'>;

export class RunStages {
  private shown = '';
  private readonly phases: Readonly<Record<RunPhase, string>>;

  /** `reading`: the name of the phase in which the first rows are read. */
  constructor(
    private readonly progress: Progress,
    reading: string,
  ) {
    this.phases = {
      WAITING: 'Waiting for another run',
      READING: reading,
      SYNCING: 'Syncing',
      COMMITTING: 'Committing',
    };
  }

  show({ phase, rowsDone, rowsTotal, rowsPerSecond }: RunProgress): void {
    const what = this.phases[phase];
    if (phase !== 'SYNCING') this.begin({ what });
    else {
      this.begin({ what, unit: 'rows', total: rowsTotal });
      this.progress.at(rowsDone, rowsPerSecond);
    }
  }

  /** Begins a stage, unless it is shown already. */
  begin(stage: Stage): void {
    if (stage.what === this.shown) return;
    this.shown = stage.what;
    this.progress.begin(stage);
  }

  /** Call if something else has used the progress line. */
  restart(): void {
    this.shown = '';
  }
}
