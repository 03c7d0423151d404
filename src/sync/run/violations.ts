/** The problem of the row that caused a refusal of the database (R17, R34). */
import type { Knex } from 'knex';
import type { Dialect, ForeignKey } from '../../database';
import type { Model, ModelCatalog } from '../../models';
import { linkKey, type Operation } from '../plan/operations';
import { pointedValues } from '../write/writer';
import { type Problem, type ProblemCode, problem } from '../../problems';
import type { Violation } from './refusals';

/** `what` is null if the database does not tell. */
const MESSAGES: Record<Violation['code'] | 'EXCLUSION', (what: string | null) => string> = {
  UNIQUE_VIOLATION: (what) => `Another object already has the same ${what ?? 'unique value'}.`,
  EXCLUSION: (what) =>
    `Another object conflicts with the row: ${what === null ? 'an exclusion constraint' : `exclusion constraint ${what}`} refuses the change.`,
  NOT_NULL_VIOLATION: (what) => `${what === null ? 'A field' : `Field ${what}`} must have a value.`,
  FOREIGN_KEY_VIOLATION: (what) => `${what === null ? 'A foreign key' : `Foreign key ${what}`} refuses the change.`,
  CHECK_VIOLATION: (what) => `${what === null ? 'A check constraint' : `Check constraint ${what}`} refuses the change.`,
  INVALID_VALUE: (what) =>
    `The database cannot store ${what === null ? 'a value of the row' : `the value of ${what}`}.`,
  DATABASE_REFUSED: () => 'The database refuses the row and gives no reason.',
};

const fieldNames = (model: Model, columns: readonly string[]): string =>
  columns.map((column) => model.fieldsByName.get(column)?.name ?? column).join(', ');

const describeKey = (key: ForeignKey): string => `${key.table}.${key.columns.join(', ')}`;

type Values = Readonly<Record<string, unknown>>;

/** The values that an operation writes to a table that may have foreign keys, including keys that are known by now. */
function written(operation: Operation): { table: string; values: Values } | null {
  switch (operation.kind) {
    case 'insert':
      return { table: operation.object.model.table.name, values: operation.values };
    case 'update':
      return {
        table: operation.object.model.table.name,
        values: { ...operation.values, ...pointedValues(operation) },
      };
    case 'addLink': {
      const { join, relation, object } = operation;
      const own = object.tuple(relation.ownFields) ?? [];
      const columns = [...join.ownColumns, ...join.relatedColumns];
      return {
        table: join.table,
        values: Object.fromEntries(
          [...own, ...linkKey(operation)].map((value, index) => [columns[index]?.name ?? '', value]),
        ),
      };
    }
    default:
      return null;
  }
}

/**
 * SQLite does not tell which foreign key failed. This function finds the key whose target is missing, or that still
 * points to a deleted object.
 */
async function brokenForeignKey(
  { reader: knex, dialect, catalog }: ViolationContext,
  operations: readonly Operation[],
): Promise<ForeignKey | undefined> {
  const find = async (table: string, columns: readonly string[], values: readonly unknown[]): Promise<boolean> =>
    (await knex(table)
      .whereRaw(columns.map((name) => `${dialect.columnName({ name })} = ?`).join(' AND '), values as Knex.RawBinding[])
      .first()) !== undefined;
  const isComplete = (values: readonly unknown[]): boolean =>
    !values.some((value) => value === undefined || value === null);
  for (const operation of operations) {
    const change = written(operation);
    if (change)
      for (const key of catalog.foreignKeys.filter(({ table }) => table === change.table)) {
        const values = key.columns.map((column) => change.values[column]);
        if (!isComplete(values)) continue;
        if (key.targetColumns.length === 0 || !(await find(key.targetTable, key.targetColumns, values))) return key;
      }
    if (operation.kind !== 'delete') continue;
    const { model, values: gone } = operation.object;
    for (const key of model.referencedBy) {
      const values = key.targetColumns.map((column) => gone[column]);
      const stays = key.onDelete !== 'CASCADE' && key.onDelete !== 'SET NULL';
      if (stays && isComplete(values) && (await find(key.table, key.columns, values))) return key;
    }
  }
  return undefined;
}

/** Where rows were refused, and which tables the caller may see. */
interface ViolationContext {
  readonly reader: Knex;
  readonly dialect: Dialect;
  readonly catalog: ModelCatalog;
  readonly model: Model;
  readonly seesTable: (table: string) => boolean;
}

/**
 * The field, fields or constraint at fault; null if the database does not tell, or the caller may not see the table.
 */
async function faultOf(
  context: ViolationContext,
  { code, columns, constraint }: Violation,
  operations: readonly Operation[],
): Promise<string | null> {
  const { catalog, model, seesTable } = context;
  // A merge (R10) and triggers also write to other tables.
  const isOwn = (name: string): boolean => model.fieldsByName.has(name);
  if (columns && columns.length > 0) return columns.every(isOwn) || seesTable('') ? fieldNames(model, columns) : null;
  if (code === 'UNIQUE_VIOLATION') {
    const key = model.uniqueKeys.find((candidate) => candidate.name === constraint);
    if (key?.columns) return fieldNames(model, key.columns);
    if (!key && !seesTable('')) return null;
  }
  if (code === 'FOREIGN_KEY_VIOLATION') {
    const key =
      catalog.foreignKeys.find((candidate) => candidate.name === constraint) ??
      (await brokenForeignKey(context, operations));
    // The name of a constraint may contain the name of its table.
    if (!seesTable(key?.table ?? '')) return null;
    if (key)
      return key.table === model.table.name && !operations.some(({ kind }) => kind === 'delete')
        ? fieldNames(model, key.columns)
        : describeKey(key);
  }
  return constraint ?? null;
}

/** Whether the taken key is a number that the database assigned. */
function isCountedKey({ idFields, table }: Model, field: string | null, operations: readonly Operation[]): boolean {
  // A trigger may have written to another table, whose key has the same name.
  if (table.hasTriggers) return false;
  const counted = idFields.filter(({ column }) => column.autoIncrement || column.sequence !== undefined);
  return (
    field === idFields.map(({ name }) => name).join(', ') &&
    operations.some(
      (operation) =>
        operation.kind === 'insert' && counted.some(({ column }) => (operation.values[column.name] ?? null) === null),
    )
  );
}

/** The problem of the row whose operations were refused. INVALID_VALUE always names a field. */
export async function violationProblem(
  context: ViolationContext,
  violation: Violation,
  operations: readonly Operation[],
): Promise<Problem> {
  const { model } = context;
  const field = await faultOf(context, violation, operations);
  const code = violation.code === 'INVALID_VALUE' && field === null ? 'DATABASE_REFUSED' : violation.code;
  if (violation.isExclusion) return problem(code, MESSAGES.EXCLUSION(field && `"${field}"`), field);
  if (code === 'UNIQUE_VIOLATION' && isCountedKey(model, field, operations))
    return problem(code, `The next number for "${field}" is already taken: the counter of table ${model.table.name} is too low. Set the counter above the largest id of the table.`, field); // prettier-ignore
  if (code === 'DATABASE_REFUSED' && violation.reason)
    return problem(code, `The database refuses the row: ${violation.reason}`);
  return problem(code satisfies ProblemCode, MESSAGES[code](field && `"${field}"`), field);
}
