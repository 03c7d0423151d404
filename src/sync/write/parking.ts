/**
 * Rows of one chunk may pass unique values on to each other, in a chain or a circle (R17b). Databases check unique keys
 * after each changed row, in an order of their own. So objects that hold a value which another object takes are first
 * set to a value that nobody has.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { ColumnInfo } from '../../database';
import type { Canonical, Model } from '../../models';
import { withoutAtEnd } from '../../trimming';
import { keyValues, type LookedUpKey, lookedUpKeys } from '../plan/conflicts';
import type { ObjectUpdate, WriteContext } from './objects';

const DAY = 86_400_000;
/** 9000-01-01, in milliseconds since 1970. */
const FAR_AWAY = Date.UTC(9000, 0, 1);
const FAR_DAYS = 300_000;
/** Shorter random texts are likely to be taken. */
const SHORTEST_TEXT = 4;
const LONGEST_TEXT = 24;

/** Below 2 ** 32. */
const random = (): number => randomBytes(4).readUInt32BE();

/** A random value that a column can store; undefined if none is sure to be free. */
function parkingValue({ type, nullable }: ColumnInfo): Canonical | undefined {
  // NULLs never conflict.
  if (nullable) return null;
  switch (type.kind) {
    case 'string': {
      const length = Math.min(LONGEST_TEXT, type.maxLength ?? LONGEST_TEXT, type.maxBytes ?? LONGEST_TEXT);
      return length < SHORTEST_TEXT ? undefined : randomBytes(LONGEST_TEXT).toString('hex').slice(0, length);
    }
    case 'integer': {
      const value = type.max - BigInt(random() % 100_000);
      return value < type.min ? undefined : value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
    }
    case 'uuid':
      return randomUUID();
    case 'date':
      return new Date(FAR_AWAY + (random() % FAR_DAYS) * DAY).toISOString().slice(0, 10);
    default:
      return undefined;
  }
}

type Values = Readonly<Record<string, Canonical | undefined>>;

/** The same text for values that some collation might call equal. */
const nameOf = (tuple: readonly Canonical[] | null): string | null =>
  tuple && JSON.stringify(tuple.map((value) => withoutAtEnd(String(value).toLowerCase(), ' ')));

/** Columns of a key that may be set to another value temporarily. */
function parkingColumns({ referencedBy, relations }: Model, { fields }: LookedUpKey): readonly ColumnInfo[] {
  const pointed = new Set(referencedBy.flatMap(({ targetColumns }) => targetColumns));
  const pointing = new Set(
    [...relations.values()].flatMap(({ ownFields }) => ownFields.map(({ column }) => column.name)),
  );
  return (
    fields
      .map(({ column }) => column)
      // Columns that other tables point to cannot be changed, and foreign keys can only be cleared.
      .filter(({ name, nullable }) => !pointed.has(name) && (nullable || !pointing.has(name)))
      .filter((column) => parkingValue(column) !== undefined)
  );
}

/** The column that an object gives up. Its own update must set the column afterwards. */
function parkingColumn(columns: readonly ColumnInfo[], { values }: ObjectUpdate): ColumnInfo | null {
  const own = columns.filter(({ name }) => name in values);
  return own.find(({ nullable }) => nullable) ?? own[0] ?? null;
}

/** Updated objects that hold a value which another update takes. */
function holdersOf(key: LookedUpKey, updates: readonly ObjectUpdate[]): readonly ObjectUpdate[] {
  const changing = updates.filter(({ values }) => key.fields.some(({ column }) => column.name in values));
  if (changing.length < 2) return [];
  const taken = new Set(changing.map(({ before, values }) => nameOf(keyValues(key, { ...before, ...values }))));
  return changing.filter(({ before }) => {
    const held = nameOf(keyValues(key, before as Values));
    return held !== null && taken.has(held);
  });
}

/** Sets unique values that other updates take to temporary values. */
export async function parkUniqueValues(
  { trx, dialect }: WriteContext,
  model: Model,
  updates: readonly ObjectUpdate[],
): Promise<void> {
  if (updates.length < 2) return;
  for (const key of lookedUpKeys(model)) {
    const columns = parkingColumns(model, key);
    const parked = holdersOf(key, updates).flatMap((holder) => {
      const column = parkingColumn(columns, holder);
      return column ? [{ object: holder.object, column }] : [];
    });
    if (parked.length === 0) continue;
    await dialect.updateRows(trx, {
      table: model.table.name,
      overridesConflicts: model.table.overridesConflicts,
      keys: model.idFields.map((field) => field.column),
      keyValues: model.idFields.map((field) =>
        parked.map(({ object }) => dialect.bind(field.column.type, object.values[field.column.name])),
      ),
      columns,
      values: columns.map((each) =>
        parked.map(({ column }) => (column === each ? dialect.bind(each.type, parkingValue(each)) : undefined)),
      ),
      count: parked.length,
    });
  }
}
