/** Derives relations from the foreign keys and join tables of a database. */
import { type DatabaseCatalog, type ForeignKey, groupBy, type TableInfo, tableParts } from '../database';
import { foreignKeyNames, type Nameless, nameRelations } from './relationNames';
import { BELONGS_TO, HAS_MANY, HAS_ONE, MANY_TO_MANY, type RelationKind } from './relations';
import { identifyingKey } from './tableKeys';

/** A relation by tables and columns. */
interface TableRelation {
  readonly name: string;
  readonly kind: RelationKind;
  readonly table: string;
  readonly relatedTable: string;
  readonly columns: readonly string[];
  readonly relatedColumns: readonly string[];
  readonly join: {
    readonly table: string;
    readonly ownColumns: readonly string[];
    readonly relatedColumns: readonly string[];
  } | null;
}

type Unnamed = Omit<TableRelation, 'name'> & Nameless;

const ownName = (table: string): string => tableParts(table).at(-1) ?? table;

const sameColumns = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((column) => other.includes(column));

/** In the order of the tables' columns. A key that is declared twice counts once. */
function usableKeys({ tables, foreignKeys }: DatabaseCatalog): ForeignKey[] {
  const keys = new Map<string, ForeignKey>();
  for (const key of foreignKeys) {
    const [table, target] = [tables.get(key.table), tables.get(key.targetTable)];
    if (!table || !target || [table, target].some((info) => identifyingKey(info).length === 0)) continue;
    keys.set(JSON.stringify([key.table, key.columns, key.targetTable, key.targetColumns]), key);
  }
  const place = ({ table, columns }: ForeignKey): string =>
    columns
      .map((name) => tables.get(table)?.columns.findIndex((column) => column.name === name) ?? 0)
      .map((index) => String(index).padStart(5, '0'))
      .join();
  const order = (key: ForeignKey): string => [key.table, place(key), key.targetTable, key.name].join('\0');
  return [...keys.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** Whether rows of the table cannot have the same values in the columns. */
const isUnique = ({ primaryKey, uniqueKeys }: TableInfo, columns: readonly string[]): boolean =>
  [primaryKey, ...uniqueKeys.flatMap((key) => (key.columns ? [key.columns] : []))].some(
    (key) => key.length > 0 && key.every((column) => columns.includes(column)),
  );

/**
 * The two foreign keys of a join table. Together they are its primary key, or another NOT NULL unique key, and its
 * other columns are optional. Null for other tables.
 */
function joinedKeys(table: TableInfo, keys: readonly ForeignKey[]): readonly [ForeignKey, ForeignKey] | null {
  const column = new Map(table.columns.map((info) => [info.name, info]));
  const together = [table.primaryKey, ...table.uniqueKeys.flatMap((key) => (key.columns ? [key.columns] : []))].filter(
    (key) => key.every((name) => column.get(name)?.nullable === false),
  );
  for (const [index, one] of keys.entries())
    for (const other of keys.slice(index + 1)) {
      const columns = [...one.columns, ...other.columns];
      if (new Set(columns).size < columns.length || !together.some((key) => sameColumns(key, columns))) continue;
      const needsMore = table.columns.some(
        ({ name, nullable, hasDefault, generated }) =>
          !columns.includes(name) && !nullable && !hasDefault && !generated,
      );
      if (!needsMore) return [one, other];
    }
  return null;
}

function forward(key: ForeignKey): Unnamed {
  return {
    kind: BELONGS_TO,
    table: key.table,
    relatedTable: key.targetTable,
    columns: key.columns,
    relatedColumns: key.targetColumns,
    join: null,
    candidates: foreignKeyNames(key.columns, ownName(key.targetTable)),
    ownColumn: key.columns.length === 1 ? (key.columns[0] ?? null) : null,
  };
}

/** `name`: the name of the relation on the key's own side. */
function backward(key: ForeignKey, name: string, table: TableInfo): Unnamed {
  const own = ownName(key.table);
  return {
    kind: isUnique(table, key.columns) ? HAS_ONE : HAS_MANY,
    table: key.targetTable,
    relatedTable: key.table,
    columns: key.targetColumns,
    relatedColumns: key.columns,
    join: null,
    candidates: [own, `${own}_${name}`, [own, ...key.columns].join('_')],
    ownColumn: null,
  };
}

function across(from: ForeignKey, to: ForeignKey): Unnamed {
  const [name = ''] = foreignKeyNames(to.columns, ownName(to.targetTable));
  return {
    kind: MANY_TO_MANY,
    table: from.targetTable,
    relatedTable: to.targetTable,
    columns: from.targetColumns,
    relatedColumns: to.targetColumns,
    join: { table: from.table, ownColumns: from.columns, relatedColumns: to.columns },
    candidates: [name, `${ownName(from.table)}_${name}`],
    ownColumn: null,
  };
}

/**
 * All relations between the catalog's tables. Relations of a table's own foreign keys are named first, then those of
 * keys that point to the table, then those of join tables.
 */
export function relationsOfTables(catalog: DatabaseCatalog): TableRelation[] {
  const keys = usableKeys(catalog);
  const keysOf = groupBy(keys, ({ table }) => table);
  const taken = new Map(
    Array.from(catalog.tables, ([table, { columns }]) => [
      table,
      new Set(columns.map(({ name }) => name.toLowerCase())),
    ]),
  );
  const named: TableRelation[] = [];
  const nameAll = (relations: readonly Unnamed[]): Map<Unnamed, string> => {
    const names = new Map<Unnamed, string>();
    for (const [table, group] of groupBy(relations, ({ table: owner }) => owner))
      for (const [relation, name] of nameRelations(group, taken.get(table) ?? new Set())) names.set(relation, name);
    for (const [{ kind, table, relatedTable, columns, relatedColumns, join }, name] of names)
      named.push({ name, kind, table, relatedTable, columns, relatedColumns, join });
    return names;
  };
  const forwards = keys.map(forward);
  const names = nameAll(forwards);
  nameAll(
    keys.flatMap((key, index) => {
      const [table, relation] = [catalog.tables.get(key.table), forwards[index]];
      return table && relation ? [backward(key, names.get(relation) ?? '', table)] : [];
    }),
  );
  nameAll(
    [...catalog.tables.values()].flatMap((table) => {
      const joined = joinedKeys(table, keysOf.get(table.name) ?? []);
      return joined ? [across(...joined), across(joined[1], joined[0])] : [];
    }),
  );
  return named;
}
