/** The tables of models: whether rows can be synced into them, and found without a scan. */
import { createIndex, type Database, isLargeTable } from '../../database';
import type { Lookup, ModelCatalog } from '../../models';
import { listed } from '../../wording';
import { type Check, type Finding, warning } from '../check';

const LEAVE_OUT = 'Correct this, or leave the table out (NSYNC_EXCLUDE).';

/** Tables that runs cannot write to, and relations through such tables. */
function obstacles({ models }: ModelCatalog): Finding[] {
  const ofTables = models.flatMap(({ name, table }) =>
    table.obstacle === null ? [] : [warning(`Rows cannot be synced into ${name}. ${table.obstacle}`, LEAVE_OUT)],
  );
  const tables = new Set(models.map(({ table }) => table.name));
  const ofRelations = models.flatMap(({ name: model, relations }) =>
    [...relations.values()].flatMap((relation) => {
      const { name, kind, obstacle } = relation;
      return obstacle === null || kind.loadedTables(relation).every((table) => tables.has(table))
        ? []
        : [warning(`Rows cannot set the relation ${name} of ${model}. ${obstacle}`, LEAVE_OUT)];
    }),
  );
  return [...ofTables, ...ofRelations];
}

/** A lookup of rows by the columns with these names. */
type NamedLookup = Omit<Lookup, 'columns'> & { readonly columns: readonly string[] };

/** The columns by which syncs find related rows, and by which the database finds references to a deleted row. */
function lookups({ models, foreignKeys }: ModelCatalog): NamedLookup[] {
  const found: NamedLookup[] = [];
  const indexed = new Map(models.map(({ table }) => [table.name, table.indexedFirst]));
  for (const { relations } of models)
    for (const relation of relations.values()) {
      const { table, columns, indexedFirst } = relation.kind.lookup(relation);
      indexed.set(table, indexedFirst);
      found.push({ table, columns: columns.map(({ name }) => name), indexedFirst });
    }
  for (const { table, columns, targetTable } of foreignKeys) {
    const indexedFirst = indexed.get(table);
    if (indexedFirst && indexed.has(targetTable)) found.push({ table, columns, indexedFirst });
  }
  return found;
}

async function missingIndexes({ reader }: Database, catalog: ModelCatalog): Promise<Finding[]> {
  const unindexed = new Map(
    lookups(catalog)
      .filter(({ columns, indexedFirst }) => columns.length > 0 && !columns.some((name) => indexedFirst.includes(name)))
      .map((lookup) => [JSON.stringify([lookup.table, [...lookup.columns].sort()]), lookup]),
  );
  const findings: Finding[] = [];
  for (const { table, columns } of unindexed.values())
    if (await isLargeTable(reader, table))
      findings.push(
        warning(
          `The table ${table} has no index on ${listed(columns)}, so syncs and deletes scan the whole table.`,
          `Create an index: ${createIndex(table, columns)}.`,
        ),
      );
  return findings;
}

export const tables: Check = {
  name: 'tables',
  about: 'tables of models can be synced, and large ones have the indexes that syncs need',
  needsOwnTables: false,

  examine: async ({ database, catalog }) => [...obstacles(catalog), ...(await missingIndexes(database, catalog))],
};
