/** Objects of a model, read from its table. */
import type { Knex } from 'knex';
import type { Dialect } from '../database';
import { emptyRecord } from '../emptyRecord';
import { columnValuesOf } from './instances';
import type { Model } from './model';
import { type Canonical, readValue } from './values';

/** Values by column name. */
export type ObjectValues = Record<string, Canonical>;

/** Whether objects must be read through their class, because of hooks or an own `query()`. */
export const readsInstances = ({ behaviour }: Model): boolean => behaviour.readHooks || behaviour.oneByOne;

/** Objects of a model that fulfil a condition, as canonical values. */
export async function readObjects(
  { knex, dialect }: { readonly knex: Knex; readonly dialect: Dialect },
  model: Model,
  narrow: (query: Knex.QueryBuilder) => void | Promise<void>,
): Promise<ObjectValues[]> {
  if (readsInstances(model)) {
    const query = model.objection.query(knex);
    await narrow(query as unknown as Knex.QueryBuilder);
    return (await query).map((instance) => columnValuesOf(model, instance));
  }
  const query = knex(model.table.name).select(selectedColumns(dialect, model).map((column) => knex.raw(column)));
  await narrow(query);
  return ((await query) as Record<string, unknown>[]).map((row) => readValues(model, row));
}

/** The columns of a model's fields in a SELECT. */
export const selectedColumns = (dialect: Dialect, { fields }: Model): string[] =>
  fields.map(({ column }) => dialect.selectColumn(column));

/** The values of a row with these columns. */
export function readValues({ fields }: Model, row: Record<string, unknown>): ObjectValues {
  const values: ObjectValues = emptyRecord();
  for (const { column } of fields) values[column.name] = readValue(column.type, row[column.name]);
  return values;
}
