/** Tables in memory, for the planner without a database: reads as the loader asks, and carries out what the planner says. */
import {
  type Canonical,
  type Field,
  type Model,
  type ModelCatalog,
  objectIdOf,
  type Relation,
  sameValue,
} from '../../src/models';
import type { RowOutcome } from '../../src/records';
import { policyOf, type Row, type SyncOptions } from '../../src/sync';
import type { ChunkReader, ObjectValues, ScanTerm, Tuple } from '../../src/sync/load/chunkReader';
import { isScan, loadWorkingSet } from '../../src/sync/load/loader';
import { linkKey, type Operation, type PlannedOutcome } from '../../src/sync/plan/operations';
import { plan, planContext } from '../../src/sync/plan/plan';
import { problem } from '../../src/sync/problems';
import type { Instruction } from '../../src/sync/read/instruction';
import { RowReader } from '../../src/sync/read/reader';
import { Passes } from '../../src/sync/run/passes';
import { joinOutcomes } from '../../src/sync/run/joinOutcomes';
import { readPlannedOutcome } from '../../src/sync/run/report';
import { orderSources } from '../../src/sync/run/sourceOrder';
import { affectedTables } from '../../src/sync/write/cascades';

interface Mapping {
  id: string;
  systemId: number;
  model: string;
  key: string;
  objectId: string;
}

interface Link {
  relation: string;
  own: Record<string, Canonical>;
}

interface State {
  tables: Map<string, ObjectValues[]>;
  mappings: Mapping[];
  links: Link[];
  systems: string[];
}

class Violation extends Error {
  constructor(readonly code: 'UNIQUE_VIOLATION' | 'FOREIGN_KEY_VIOLATION') {
    super(code);
  }
}

export interface MemorySource {
  readonly system: string;
  readonly model: string;
  readonly rows: readonly Row[];
  readonly text: boolean;
}

const fits = (values: ObjectValues, fields: readonly Field[], tuple: Tuple): boolean =>
  fields.every(({ column }, index) => sameValue(values[column.name] ?? null, tuple[index] ?? null));

export class MemoryDatabase implements ChunkReader {
  private state: State = { tables: new Map(), mappings: [], links: [], systems: [] };
  private next = 1;

  constructor(
    private readonly catalog: ModelCatalog,
    private readonly chunkSize: number,
  ) {}

  table(name: string): ObjectValues[] {
    let rows = this.state.tables.get(name);
    if (!rows) this.state.tables.set(name, (rows = []));
    return rows;
  }

  get mappingRows(): { system: string; model: string; key: string; objectId: string }[] {
    return this.state.mappings.map(({ systemId, ...rest }) => ({
      system: this.state.systems[systemId - 1] ?? '',
      ...rest,
    }));
  }

  get linkRows(): Record<string, Canonical>[] {
    return this.state.links.map(({ own }) => own);
  }

  // ── what the loader reads ──

  objects(model: Model, fields: readonly Field[], tuples: readonly Tuple[]): Promise<ObjectValues[]> {
    const found = this.table(model.table.name).filter((values) => tuples.some((tuple) => fits(values, fields, tuple)));
    return Promise.resolve(found.map((values) => ({ ...values })));
  }

  scan(model: Model, terms: readonly ScanTerm[], most: number): Promise<ObjectValues[]> {
    const holds = (values: ObjectValues, { fields, tuples, not }: ScanTerm): boolean =>
      tuples.some((tuple) => fits(values, fields, tuple)) !== not;
    const found = this.table(model.table.name).filter((values) => terms.every((term) => holds(values, term)));
    return Promise.resolve(found.slice(0, most).map((values) => ({ ...values })));
  }

  mappings(systemId: number, model: Model, keys: readonly string[]): Promise<Mapping[]> {
    return Promise.resolve(
      this.state.mappings.filter(
        (mapping) => mapping.systemId === systemId && mapping.model === model.name && keys.includes(mapping.key),
      ),
    );
  }

  mappingsOfObjects(model: Model, objectIds: readonly string[]): Promise<Mapping[]> {
    return Promise.resolve(
      this.state.mappings.filter((mapping) => mapping.model === model.name && objectIds.includes(mapping.objectId)),
    );
  }

  links({ join, ownFields }: Relation, owners: readonly Tuple[]): Promise<{ owner: Tuple; related: Tuple }[]> {
    if (!join) return Promise.resolve([]);
    const found = this.state.links.map(({ own }) => ({
      owner: join.ownColumns.map(({ name }) => own[name] ?? null),
      related: join.relatedColumns.map(({ name }) => own[name] ?? null),
    }));
    return Promise.resolve(
      found.filter(({ owner }) =>
        owners.some((tuple) => ownFields.every((_, index) => sameValue(tuple[index] ?? null, owner[index] ?? null))),
      ),
    );
  }

  /** Rows are always planned: what the planner says of them is what is tested. */
  unchanged(): Promise<ReadonlyMap<number, string>> {
    return Promise.resolve(new Map());
  }

  classify(): Promise<number[]> {
    return Promise.reject(new Error('all texts of the demo catalog are compared exactly'));
  }

  // ── what the planner says ──

  private checkUnique(model: Model, values: ObjectValues): void {
    for (const { columns } of model.uniqueKeys) {
      if (!columns || columns.some((column) => values[column] === null || values[column] === undefined)) continue;
      if (
        this.table(model.table.name).some(
          (other) =>
            other !== values && columns.every((column) => sameValue(other[column] ?? null, values[column] ?? null)),
        )
      )
        throw new Violation('UNIQUE_VIOLATION');
    }
    for (const key of this.catalog.foreignKeys.filter(({ table }) => table === model.table.name)) {
      const value = values[key.columns[0] ?? ''] ?? null;
      if (value !== null && !this.table(key.targetTable).some((target) => sameValue(target.id ?? null, value)))
        throw new Violation('FOREIGN_KEY_VIOLATION');
    }
  }

  private stored(model: Model, id: string | null): ObjectValues | undefined {
    return this.table(model.table.name).find(
      (values) => objectIdOf(model.idFields.map(({ column }) => values[column.name] ?? null)) === id,
    );
  }

  private carryOut(operation: Operation, systemId: number): void {
    switch (operation.kind) {
      case 'insert': {
        const { object } = operation;
        const values = { ...object.values } as ObjectValues;
        for (const { column } of object.model.idFields) values[column.name] ??= this.next++;
        this.table(object.model.table.name).push(values);
        this.checkUnique(object.model, values);
        Object.assign(object.values, values);
        return;
      }
      case 'update': {
        const values = this.stored(operation.object.model, operation.object.id);
        if (!values) throw new Error(`update of an object that is not there: ${operation.object.id}`);
        Object.assign(values, operation.values);
        if (operation.pointsTo) {
          const { relation, target } = operation.pointsTo;
          const [columns, source] =
            relation.kind === 'BELONGS_TO'
              ? [relation.ownFields, relation.relatedFields]
              : [relation.relatedFields, relation.ownFields];
          columns.forEach(
            ({ column }, index) => (values[column.name] = target.values[source[index]?.column.name ?? ''] ?? null),
          );
        }
        this.checkUnique(operation.object.model, values);
        return;
      }
      case 'delete': {
        const { object } = operation;
        const values = this.stored(object.model, object.id);
        if (!values) throw new Error(`delete of an object that is not there: ${object.id}`);
        this.table(object.model.table.name).splice(this.table(object.model.table.name).indexOf(values), 1);
        this.state.mappings = this.state.mappings.filter(
          ({ model, objectId }) => model !== object.model.name || objectId !== object.id,
        );
        for (const key of object.model.referencedBy) {
          if (key.onDelete === 'SET NULL')
            for (const other of this.table(key.table))
              if (other[key.columns[0] ?? ''] === values.id) other[key.columns[0] ?? ''] = null;
          if (key.onDelete === 'CASCADE')
            this.state.links = this.state.links.filter(({ own }) => own[key.columns[0] ?? ''] !== values.id);
        }
        return;
      }
      case 'setMapping': {
        const { model, key, object } = operation;
        const existing = this.state.mappings.find(
          (mapping) => mapping.systemId === systemId && mapping.model === model.name && mapping.key === key,
        );
        if (existing) existing.objectId = object.id ?? '';
        else
          this.state.mappings.push({
            id: String(this.next++),
            systemId,
            model: model.name,
            key,
            objectId: object.id ?? '',
          });
        return;
      }
      case 'removeMapping':
        this.state.mappings = this.state.mappings.filter(
          (mapping) =>
            !(mapping.systemId === systemId && mapping.model === operation.model.name && mapping.key === operation.key),
        );
        return;
      default: {
        const { join, relation, object } = operation;
        const tuple = [...(object.tuple(relation.ownFields) ?? []), ...linkKey(operation)];
        const own = Object.fromEntries(
          [...join.ownColumns, ...join.relatedColumns].map(({ name }, index) => [name, tuple[index] ?? null]),
        );
        const same = (link: Link): boolean =>
          Object.entries(own).every(([name, value]) => sameValue(link.own[name] ?? null, value));
        this.state.links = this.state.links.filter((link) => !same(link));
        if (operation.kind === 'addLink') this.state.links.push({ relation: join.table, own });
      }
    }
  }

  private snapshot(): State {
    return structuredClone(this.state);
  }

  private async chunk(
    model: Model,
    instructions: readonly Instruction[],
    systemId: number,
    options: SyncOptions,
  ): Promise<readonly PlannedOutcome[]> {
    const systemIds = new Map(this.state.systems.map((name, index) => [name, index + 1]));
    const workingSet = await loadWorkingSet(instructions, { reader: this, model, systemId, systemIds });
    const affected = affectedTables(model.table.name, this.catalog.foreignKeys);
    const effects =
      affected.has(model.table.name) ||
      instructions.some(({ links, references }) =>
        [...links, ...references].some(({ relation }) =>
          affected.has(relation.join?.table ?? relation.related.table.name),
        ),
      );
    const { operations, outcomes } = plan(
      instructions,
      planContext(model, workingSet, options, () => effects),
    );
    const before = this.snapshot();
    try {
      for (const kind of ['delete', 'update', 'insert', 'rest'] as const)
        for (const operation of operations)
          if (
            kind === 'rest'
              ? !['delete', 'update', 'insert'].includes(operation.kind)
              : operation.kind === kind && !('pointsTo' in operation && operation.pointsTo)
          )
            this.carryOut(operation, systemId);
      for (const operation of operations)
        if (operation.kind === 'update' && operation.pointsTo) this.carryOut(operation, systemId);
    } catch (error) {
      this.state = before;
      throw error;
    }
    return outcomes;
  }

  /** As the engine's run does, by the plainest means. */
  async run(
    sources: readonly MemorySource[],
    options: SyncOptions,
  ): Promise<{ outcomes: RowOutcome[][]; problems: string[] }> {
    const before = this.snapshot();
    const readers = sources.map(({ model, text }) => new RowReader(this.catalog.get(model), text));
    const results = sources.map(() => new Map<number, RowOutcome>());
    for (const { system } of sources) if (!this.state.systems.includes(system)) this.state.systems.push(system);
    const policy = policyOf({ options });
    const passes = new Passes(policy);
    for (let pass = 0; pass < policy.passes; pass += 1) {
      const models = sources.map(({ model }) => this.catalog.get(model));
      for (const index of orderSources(models, policy.sourcesOf?.(pass) ?? 'GIVEN', this.catalog.foreignKeys)) {
        const { system, model: name, rows } = sources[index] as MemorySource;
        const model = this.catalog.get(name);
        const origin = { system, model: name, file: null };
        const reader = readers[index] as RowReader;
        let waiting = rows.flatMap((row) => passes.partOf(reader.read(row), pass, origin) ?? []);
        let size = this.chunkSize;
        while (waiting.length > 0) {
          const scan = waiting.findIndex(isScan);
          const part = waiting.slice(0, scan === 0 ? 1 : scan > 0 ? Math.min(scan, size) : size);
          let outcomes: readonly PlannedOutcome[];
          try {
            outcomes = await this.chunk(model, part, this.state.systems.indexOf(system) + 1, options);
          } catch (error) {
            if (!(error instanceof Violation)) throw error;
            if (part.length > 1) {
              size = 1;
              continue;
            }
            const [instruction] = part as [Instruction];
            const problems = [...instruction.problems, problem(error.code, 'refused')];
            outcomes = [
              {
                row: instruction.row,
                status: 'FAILED',
                object: null,
                changes: [],
                alsoDeleted: [],
                alsoChanged: [],
                problems,
              },
            ];
          }
          waiting = waiting.slice(outcomes.length);
          const result = results[index] as Map<number, RowOutcome>;
          for (const outcome of outcomes.map(readPlannedOutcome)) {
            const earlier = result.get(outcome.row);
            result.set(
              outcome.row,
              earlier ? joinOutcomes(earlier, outcome, options.order?.[pass] === 'UPDATE') : outcome,
            );
          }
        }
      }
    }
    const outcomes = results.map((result) => [...result.values()].sort((a, b) => a.row - b.row));
    const failed = outcomes.flat().some(({ status }) => status === 'FAILED');
    if (options.dryRun || (failed && options.onError === 'ROLLBACK')) this.state = before;
    return { outcomes, problems: readers.flatMap(({ columnProblems }) => columnProblems.map(({ code }) => code)) };
  }
}
