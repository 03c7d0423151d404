/** Rows that the database deletes by itself with an object (R34). Their mappings must be removed too. */
import type { Knex } from 'knex';
import type { Dialect, ForeignKey } from '../../database';
import { type Canonical, type Model, type ModelCatalog, objectIdOf, readValue } from '../../models';
import { deleteMappingsOfObjects } from '../../records/mappings';

type Rows = readonly Readonly<Record<string, unknown>>[];

/**
 * Tables whose rows change when rows of a table are deleted: those that reference the table, and further ones through
 * cascades.
 */
export function affectedTables(table: string, foreignKeys: readonly ForeignKey[]): Set<string> {
  const affected = new Set<string>();
  const visit = (target: string): void => {
    for (const key of foreignKeys) {
      if (key.targetTable !== target || affected.has(key.table)) continue;
      affected.add(key.table);
      if (key.onDelete === 'CASCADE') visit(key.table);
    }
  };
  visit(table);
  return affected;
}

/** Whether a cascade that starts at the table can reach a table whose objects are mapped. */
function reaches(table: string, catalog: ModelCatalog, seen: Set<string> = new Set()): boolean {
  if (seen.has(table)) return false;
  seen.add(table);
  return (
    catalog.models.some((model) => model.table.name === table) ||
    cascadesFrom(table, catalog).some((key) => reaches(key.table, catalog, seen))
  );
}

const cascadesFrom = (table: string, catalog: ModelCatalog): ForeignKey[] =>
  catalog.foreignKeys.filter((key) => key.targetTable === table && key.onDelete === 'CASCADE');

/** Removes the mappings of all objects that a delete of the rows cascades to. Must be called before the delete. */
export async function deleteCascadedMappings(
  trx: Knex.Transaction,
  dialect: Dialect,
  catalog: ModelCatalog,
  model: Model,
  rows: Rows,
): Promise<void> {
  const seen = new Set<string>();
  const visit = async (table: string, gone: Rows): Promise<void> => {
    for (const key of cascadesFrom(table, catalog)) {
      if (!reaches(key.table, catalog)) continue;
      const tuples = gone
        .map((row) => key.targetColumns.map((column) => row[column]))
        .filter((tuple) => !tuple.some((value) => value === null || value === undefined));
      if (tuples.length === 0) continue;
      const columns = key.columns.map((name) => trx.raw(dialect.columnName({ name })));
      const found = (
        (await trx(key.table).whereIn(columns as never, tuples as never)) as Record<string, unknown>[]
      ).filter((row) => {
        const identity = JSON.stringify([key.table, row]);
        return !seen.has(identity) && seen.add(identity);
      });
      for (const mapped of catalog.models.filter((candidate) => candidate.table.name === key.table)) {
        const ids = found.map((row) =>
          objectIdOf(mapped.idFields.map(({ column }): Canonical => readValue(column.type, row[column.name]))),
        );
        await deleteMappingsOfObjects(trx, dialect, mapped.name, ids);
      }
      if (found.length > 0) await visit(key.table, found);
    }
  };
  await visit(model.table.name, rows);
}
