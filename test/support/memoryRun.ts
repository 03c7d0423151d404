/** A run on tables in memory: the engine's passes and loop with the simplest store, and without a record. */
import type { ModelCatalog } from '../../src/models';
import type { RowOutcome } from '../../src/records';
import { policyOf, type Row, type SyncOptions } from '../../src/sync';
import type { PlannedOutcome } from '../../src/sync/plan/operations';
import { UNOBSERVED } from '../../src/sync/observer';
import { RowReader } from '../../src/sync/read/reader';
import { Expectations, type LookaheadSetting } from '../../src/sync/run/expectations';
import { BlockedRows } from '../../src/sync/run/blockedRows';
import { FatalRows } from '../../src/sync/run/fatalRows';
import { joinOutcomes } from '../../src/sync/run/joinOutcomes';
import { Passes } from '../../src/sync/run/passes';
import { processRows } from '../../src/sync/run/processRows';
import { readPlannedOutcome } from '../../src/sync/run/report';
import { type RetriedSource, retryBlocked } from '../../src/sync/run/retryBlocked';
import { orderSources } from '../../src/sync/run/sourceOrder';
import type { MemoryDatabase } from './memoryDatabase';
import { MemoryStore } from './memoryStore';

export interface MemorySource {
  readonly system: string;
  readonly model: string;
  readonly rows: readonly Row[];
  readonly text: boolean;
}

export interface MemorySettings {
  readonly catalog: ModelCatalog;
  readonly chunkSize: number;
  readonly lookahead: LookaheadSetting;
}

interface Source extends MemorySource {
  readonly reader: RowReader;
  readonly outcomes: Map<number, RowOutcome>;
}

export class MemoryRun {
  private readonly sources: readonly Source[];

  constructor(
    private readonly memory: MemoryDatabase,
    private readonly settings: MemorySettings,
    sources: readonly MemorySource[],
    private readonly options: SyncOptions,
  ) {
    const readerOf = ({ model, text }: MemorySource): RowReader => new RowReader(settings.catalog.get(model), text);
    this.sources = sources.map((source) => ({ ...source, reader: readerOf(source), outcomes: new Map() }));
  }

  async execute(): Promise<{ outcomes: RowOutcome[][]; problems: string[] }> {
    const { memory, options } = this;
    const before = memory.snapshot();
    for (const { system } of this.sources) memory.addSystem(system);
    await this.passes();
    const outcomes = this.sources.map((source) => [...source.outcomes.values()].sort((a, b) => a.row - b.row));
    const failed = outcomes.flat().some(({ status }) => status === 'FAILED');
    if (options.dryRun || (failed && options.onError === 'ROLLBACK')) memory.restore(before);
    return { outcomes, problems: this.sources.flatMap(({ reader }) => reader.columnProblems.map(({ code }) => code)) };
  }

  private async passes(): Promise<void> {
    const { catalog } = this.settings;
    const policy = policyOf({ options: this.options });
    const passes = new Passes(policy);
    const models = this.sources.map(({ model }) => catalog.get(model));
    for (let pass = 0; pass < policy.passes; pass += 1) {
      const processed: (RetriedSource & { readonly of: Source })[] = [];
      for (const index of orderSources(models, policy.sourcesOf?.(pass) ?? 'GIVEN', catalog.foreignKeys)) {
        const source = this.sources[index];
        if (source) processed.push({ of: source, ...(await this.pass(passes, pass, index, source)) });
      }
      for await (const { source, outcomes } of retryBlocked(processed)) this.add(source.of, pass, outcomes);
    }
  }

  private async pass(passes: Passes, pass: number, index: number, source: Source): Promise<RetriedSource> {
    const { catalog, chunkSize, lookahead } = this.settings;
    const { system, model: name, rows, reader } = source;
    const model = catalog.get(name);
    const context = {
      catalog,
      model,
      options: this.options,
      chunkSize,
      lookahead,
      watcher: UNOBSERVED,
      expectations: new Expectations(lookahead),
      fatalRows: new FatalRows().of(index, pass),
      blocked: new BlockedRows(),
    };
    const store = new MemoryStore(this.memory, model, system, lookahead !== 'NONE');
    const origin = { system, model: name, file: null };
    async function* instructions() {
      yield rows.flatMap((row) => passes.partOf(reader.read(row), pass, origin) ?? []);
    }
    for await (const planned of processRows(context, store, instructions())) this.add(source, pass, planned);
    return { context, store };
  }

  private add({ outcomes }: Source, pass: number, planned: readonly PlannedOutcome[]): void {
    for (const outcome of planned.map(readPlannedOutcome)) {
      const earlier = outcomes.get(outcome.row);
      const updates = this.options.order?.[pass] === 'UPDATE';
      outcomes.set(outcome.row, earlier ? joinOutcomes(earlier, outcome, updates) : outcome);
    }
  }
}
