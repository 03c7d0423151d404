/** What a database's refusal means for the one row that caused it (R17, R34). */
import type { Knex } from 'knex';
import type { DatabaseFailure, ForeignKey } from '../../database';
import type { Model, ModelCatalog } from '../../models';
import type { Operation } from '../plan/operations';
import { type Problem, type ProblemCode, problem } from '../problems';

type Violation = Extract<DatabaseFailure, { kind: 'violation' }>;

const MESSAGES: Record<Violation['code'], (what: string) => string> = {
  UNIQUE_VIOLATION: (what) => `Another object has the same ${what}.`,
  NOT_NULL_VIOLATION: (what) => `Field ${what} must have a value.`,
  FOREIGN_KEY_VIOLATION: (what) => `The foreign key ${what} does not allow it.`,
  CHECK_VIOLATION: (what) => `The check ${what} does not allow it.`,
  INVALID_VALUE: (what) => `The database cannot store the value of ${what}.`,
};

const fieldNames = (model: Model, columns: readonly string[]): string =>
  columns.map((column) => model.fieldsByName.get(column)?.name ?? column).join(', ');

const describeKey = (key: ForeignKey): string => `${key.table}.${key.columns.join(', ')}`;

/** SQLite does not say which foreign key: the one whose target is missing, or that still points to what was to go. */
async function brokenForeignKey(
  knex: Knex,
  catalog: ModelCatalog,
  operations: readonly Operation[],
): Promise<ForeignKey | undefined> {
  for (const operation of operations) {
    if (operation.kind === 'insert' || operation.kind === 'update') {
      const { table } = operation.object.model;
      for (const key of catalog.foreignKeys.filter((candidate) => candidate.table === table.name)) {
        const values = key.columns.map((column) => operation.values[column]);
        if (values.some((value) => value === undefined || value === null)) continue;
        const target = await knex(key.targetTable)
          .where(Object.fromEntries(key.targetColumns.map((column, index) => [column, values[index]])))
          .first();
        if (!target) return key;
      }
    } else if (operation.kind === 'delete') {
      const { object } = operation;
      for (const key of object.model.referencedBy) {
        if (key.onDelete === 'CASCADE' || key.onDelete === 'SET NULL') continue;
        const pointing = await knex(key.table)
          .where(
            Object.fromEntries(
              key.columns.map((column, index) => [column, object.values[key.targetColumns[index] ?? '']]),
            ),
          )
          .first();
        if (pointing) return key;
      }
    }
  }
  return undefined;
}

/** The problem of the row whose operations were refused. */
export async function violationProblem(
  reader: Knex,
  catalog: ModelCatalog,
  model: Model,
  violation: Violation,
  operations: readonly Operation[],
): Promise<Problem> {
  const { code, columns, constraint } = violation;
  let field = columns && columns.length > 0 ? fieldNames(model, columns) : null;
  if (!field && code === 'UNIQUE_VIOLATION') {
    const key = model.uniqueKeys.find((candidate) => candidate.name === constraint);
    field = key?.columns ? fieldNames(model, key.columns) : null;
  }
  if (!field && code === 'FOREIGN_KEY_VIOLATION') {
    const key =
      catalog.foreignKeys.find((candidate) => candidate.name === constraint) ??
      (await brokenForeignKey(reader, catalog, operations));
    if (key)
      field =
        key.table === model.table.name && !operations.some(({ kind }) => kind === 'delete')
          ? fieldNames(model, key.columns)
          : describeKey(key);
  }
  field ??= constraint ?? null;
  return problem(code satisfies ProblemCode, MESSAGES[code](field === null ? 'in question' : `"${field}"`), field);
}
