/** Reads the objects of models. */
import type { Knex } from 'knex';
import {
  callErrorOf,
  type ColumnInfo,
  type Database,
  type Dialect,
  readTimeoutOf,
  sentenceOf,
  transientOutage,
} from '../database';
import { CallError } from '../errors';
import {
  type Canonical,
  type Field,
  findNamed,
  isComparable,
  type Model,
  objectIdOf,
  parseObjectId,
  parseValue,
  readObjects,
  Spellings,
} from '../models';
import type { Page, PageRequest } from '../records';
import { shown } from '../shown';
import { didYouMean } from '../wording';
import type { SyncedObject } from './types/models';

type Values = Record<string, Canonical>;

function syncedObject(model: Model, values: Values): SyncedObject {
  return {
    model: model.name,
    id: objectIdOf(model.idFields.map(({ column }) => values[column.name] ?? null)),
    values: Object.fromEntries(model.fields.map(({ name, column }) => [name, values[column.name] ?? null])),
  };
}

/** The objects with these ids. Unknown ids are left out. */
export async function objectsByIds(
  { reader, dialect }: Database,
  model: Model,
  ids: readonly string[],
): Promise<SyncedObject[]> {
  const spellings = new Spellings({ knex: reader, dialect });
  const parsed = await spellings.settle(() => ids.map((id) => parseObjectId(model, id, spellings)));
  const keys = parsed.flatMap((key) =>
    key ? [model.idFields.map(({ column }, index) => dialect.bind(column.type, key[index]))] : [],
  );
  if (keys.length === 0) return [];
  const { sql, bindings } = dialect.tupleCondition(
    reader,
    model.idFields.map(({ column }) => column),
    keys,
  );
  const rows = await readObjects({ knex: reader, dialect }, model, (query) => {
    void query.whereRaw(sql, bindings as Knex.RawBinding[]);
  });
  return rows.map((values) => syncedObject(model, values));
}

function fieldNamed(model: Model, name: string): Field {
  const field = findNamed(model.fieldsByName, name);
  if (field && isComparable(field.column.type)) return field;
  const why = field ? `type ${field.column.sqlType} cannot be compared.` : whyNoField(model, name);
  throw new CallError('BAD_USER_INPUT', `where: ${shown(name)}: ${why}`);
}

function whyNoField(model: Model, name: string): string {
  const [first = ''] = name.split('=>');
  const relation = findNamed(model.relations, first.trim());
  const [key] = relation?.kind.isReference ? relation.ownFields : [];
  if (relation) return `where compares fields, not relations.${key ? ` Use ${shown(key.name)}.` : ''}`;
  return `${model.name} has no such field${didYouMean(name, [...model.fieldsByName.keys(), ...model.relations.keys()])}`;
}

interface WhereTerm {
  readonly column: ColumnInfo;
  /** Undefined: no object can have this value. */
  readonly value: Canonical | undefined;
}

/** Throws BAD_USER_INPUT for a value that does not fit its field. */
function whereTerms(model: Model, where: Readonly<Record<string, unknown>>, spellings: Spellings): WhereTerm[] {
  return Object.entries(where).map(([name, raw]) => {
    const field = fieldNamed(model, name);
    const parsed = parseValue(field.column.type, raw, { text: false, spellings });
    if (!('value' in parsed) && !parsed.unfit && !spellings.hasUnknown)
      throw new CallError('BAD_USER_INPUT', `where: ${shown(name)}: ${shown(raw)} ${parsed.reason}.`);
    return { column: field.column, value: 'value' in parsed ? parsed.value : undefined };
  });
}

/** A condition on the equality of all given fields. A null value means NULL. */
async function narrowed(
  { dialect, reader }: Database,
  model: Model,
  where: Readonly<Record<string, unknown>>,
): Promise<(query: Knex.QueryBuilder) => void> {
  const spellings = new Spellings({ knex: reader, dialect });
  const terms = await spellings.settle(() => whereTerms(model, where, spellings));
  return (query) => {
    for (const { column, value } of terms) {
      if (value === null) void query.whereRaw(`${dialect.columnName(column)} IS NULL`);
      else if (value === undefined) void query.whereRaw('1 = 0');
      else {
        const { sql, bindings } = dialect.tupleCondition(reader, [column], [[dialect.bind(column.type, value)]]);
        void query.whereRaw(sql, bindings as Knex.RawBinding[]);
      }
    }
  };
}

/** A condition for objects after a key in primary key order: (a, b) > (x, y) in basic SQL. */
function after({ dialect }: Database, model: Model, key: readonly Canonical[]): (query: Knex.QueryBuilder) => void {
  return (query) => {
    void query.where((outer) => {
      model.idFields.forEach((_, last) => {
        void outer.orWhere((inner) => {
          model.idFields.slice(0, last + 1).forEach(({ column }, index) => {
            void inner.whereRaw(`${dialect.columnName(column)} ${index < last ? '=' : '>'} ?`, [
              dialect.bind(column.type, key[index]) as Knex.Value,
            ]);
          });
        });
      });
    });
  };
}

/** The key in a cursor. An integer outside the range of the column on this database is moved to the nearest end of the range (R45). */
async function cursorKey({ dialect, reader }: Database, model: Model, cursor: string): Promise<Canonical[]> {
  const [field, ...others] = model.idFields;
  const type = field?.column.type;
  let id = cursor;
  if (others.length === 0 && type?.kind === 'integer' && /^-?\d{1,40}$/.test(cursor)) {
    const number = BigInt(cursor);
    id = String(number < type.min ? type.min : number > type.max ? type.max : number);
  }
  const spellings = new Spellings({ knex: reader, dialect });
  const key = await spellings.settle(() => parseObjectId(model, id, spellings));
  if (!key)
    throw new CallError(
      'BAD_USER_INPUT',
      'after is not a cursor of this list. Pass the endCursor of the previous page.',
    );
  return key;
}

/** A page of a model's objects in primary key order. */
export async function objectsPage(
  database: Database,
  model: Model,
  where: Readonly<Record<string, unknown>>,
  request: PageRequest,
): Promise<Page<SyncedObject>> {
  const { reader, dialect } = database;
  const narrow = await narrowed(database, model, where);
  const key = request.after === null ? null : await cursorKey(database, model, request.after);
  const rows = await readObjects({ knex: reader, dialect }, model, (query) => {
    narrow(query);
    if (key) after(database, model, key)(query);
    for (const { column } of model.idFields) void query.orderByRaw(dialect.columnName(column));
    void query.limit(request.first + 1);
  });
  return {
    items: rows.slice(0, request.first).map((values) => syncedObject(model, values)),
    hasNextPage: rows.length > request.first,
    totalCount: () => countObjects(database, model, narrow),
  };
}

/** The reason in an error why a table cannot be read. Rethrows transient errors and read timeouts. */
function unreadable(dialect: Dialect, error: unknown): string {
  if (transientOutage(dialect, error) || readTimeoutOf(error)) throw error;
  return `The table cannot be read. ${callErrorOf(dialect, error)?.message ?? sentenceOf(error)}`;
}

/** Why the objects of a model cannot be read, such as a missing right or an invalid view; null if they can. */
export async function whyUnreadable({ reader, dialect }: Database, { table }: Model): Promise<string | null> {
  try {
    await reader(table.name).select(reader.raw('1')).limit(1);
    return null;
  } catch (error) {
    return unreadable(dialect, error);
  }
}

/** The number of objects of a model; 0 if they cannot be read. */
export async function countReadable(database: Database, model: Model): Promise<number> {
  try {
    return await countObjects(database, model);
  } catch (error) {
    unreadable(database.dialect, error);
    return 0;
  }
}

async function countObjects(
  { reader }: Database,
  model: Model,
  narrow: (query: Knex.QueryBuilder) => void = () => undefined,
): Promise<number> {
  const query = reader(model.table.name);
  narrow(query);
  const [row] = (await query.count({ count: '*' })) as { count: number | string }[];
  return Number(row?.count ?? 0);
}

/** The models whose tables can be read. */
export async function readableModels(database: Database, models: readonly Model[]): Promise<Model[]> {
  const readable: Model[] = [];
  for (const model of models)
    if (model.table.obstacle === null || (await whyUnreadable(database, model)) === null) readable.push(model);
  return readable;
}
