/** Models from a database alone: each table becomes an Objection class, and each foreign key a relation. */
import { Model as ObjectionModel } from 'objection';
import { type Database, type DatabaseCatalog, groupBy, type TableEntry, type TableListing } from '../database';
import { ModelCatalog } from './catalog';
import { relationsOfTables } from './databaseRelations';
import type { Model } from './model';
import { fieldsNamed, joinColumns, type OpenModel, readModel } from './objectionModels';
import { relationObstacle } from './relations';
import { identifyingKey } from './tableKeys';
import { unusedTextColumns, withTextColumns } from './textColumns';
import { ALL_TABLES, assertSchemas, selectTables, type TableSelection } from './tableSelection';

type ModelClass = Model['objection'];

/**
 * A model's name must not change, because mappings are stored under it. It is the table's name, with the schema if this
 * is not the default schema.
 */
function modelNames({ schema, name }: TableEntry, defaultSchema: string): { name: string; aliases: string[] } {
  const qualified = `${schema}.${name}`;
  return schema === defaultSchema ? { name, aliases: [qualified] } : { name: qualified, aliases: [name] };
}

function makeClass(name: string, tableName: string, key: readonly string[]): ModelClass {
  const [column, ...others] = key;
  const modelClass = class extends ObjectionModel {
    static override tableName = tableName;
    static override idColumn = column !== undefined && others.length === 0 ? column : [...key];
  };
  Object.defineProperty(modelClass, 'name', { value: name });
  return modelClass;
}

/** Models of tables and views of a catalog. */
function makeDatabaseModels(entries: readonly TableEntry[], defaultSchema: string, catalog: DatabaseCatalog): Model[] {
  const referencedBy = groupBy(catalog.foreignKeys, ({ targetTable }) => targetTable);
  const models = new Map<string, OpenModel>();
  for (const entry of entries) {
    const info = catalog.tables.get(entry.table);
    if (!info) continue;
    const { name, aliases } = modelNames(entry, defaultSchema);
    const modelClass = makeClass(name, entry.table, identifyingKey(info));
    models.set(entry.table, { ...readModel(modelClass, catalog, referencedBy), aliases });
  }
  for (const { name, kind, table, relatedTable, columns, relatedColumns, join } of relationsOfTables(catalog)) {
    const [model, related] = [models.get(table), models.get(relatedTable)];
    if (!model || !related) continue;
    const label = `${model.name}.${name}`;
    model.relations.set(name, {
      name,
      kind,
      model,
      related,
      ownFields: fieldsNamed(model, columns, label),
      relatedFields: fieldsNamed(related, relatedColumns, label),
      join: join && {
        table: join.table,
        ownColumns: joinColumns(catalog, join.table, join.ownColumns, label),
        relatedColumns: joinColumns(catalog, join.table, join.relatedColumns, label),
        indexedFirst: catalog.tables.get(join.table)?.indexedFirst ?? [],
      },
      obstacle: relationObstacle(kind, related, (join && catalog.tables.get(join.table)) ?? null),
    });
  }
  return [...models.values()];
}

const MOST_NAMED = 5;

/**
 * A hint to the schemas with tables, if the default schema has none; null if it has some, or if schemas were selected.
 */
async function tablesElsewhere(
  { dialect, reader }: Database,
  listing: TableListing,
  selection: TableSelection,
): Promise<string | null> {
  const { defaultSchema, schemas } = listing;
  const others = schemas.filter((schema) => schema !== defaultSchema);
  if (selection.schemas.length > 0 || others.length === 0 || selectTables(listing, ALL_TABLES).tables.length > 0)
    return null;
  const { tables } = selectTables(await dialect.listTables(reader, others), selection);
  const found = [...new Set(tables.map(({ schema }) => schema))];
  if (found.length === 0) return null;
  const more = found.length > MOST_NAMED ? ` (or others: ${found.length} schemas have tables)` : '';
  return `schema "${defaultSchema}" has no tables, but other schemas have. Set NSYNC_SCHEMAS=${found.slice(0, MOST_NAMED).join(',')}${more}`;
}

/**
 * Reads the selected tables of a database as models. `textColumns`: globs for binary columns that contain text. Throws
 * UnknownSchemaError.
 */
export async function readDatabaseModels(
  database: Database,
  selection: TableSelection,
  textColumns: readonly string[] = [],
): Promise<ModelCatalog> {
  const { dialect, reader } = database;
  const listing = await dialect.listTables(reader, selection.schemas);
  assertSchemas(selection, listing);
  const { tables, unused } = selectTables(listing, selection);
  const read = await dialect.readCatalog(
    reader,
    tables.map(({ table }) => table),
  );
  const catalog = withTextColumns(read, textColumns);
  const warnings = unused.map((glob) => `"${glob}" of NSYNC_INCLUDE or NSYNC_EXCLUDE matches no table`);
  warnings.push(...unusedTextColumns(read, textColumns));
  if (tables.length === 0)
    warnings.push((await tablesElsewhere(database, listing, selection)) ?? 'the database has no tables');
  return new ModelCatalog(makeDatabaseModels(tables, listing.defaultSchema, catalog), catalog.foreignKeys, warnings);
}
