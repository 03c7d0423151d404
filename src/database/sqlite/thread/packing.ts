/** Values in messages between two threads. */

/** SQLite's values. Bytes arrive in another thread as a Uint8Array. */
export type SqliteValue = string | number | bigint | Uint8Array | null;

/**
 * The values of any number of rows, one after another. Copying an array to another thread takes time per value. Copying all texts as one takes a
 * fraction of that, and less than JSON, for which V8 looks up each short text among its internalized strings.
 */
export type Values<T> = { readonly few: readonly T[] } | PackedValues;

interface PackedValues {
  /** All texts, one after another. */
  readonly text: string;
  /** For each value its number of characters in `text`, or its Kind. */
  readonly kinds: Int32Array;
  readonly numbers: Float64Array;
  readonly others: readonly unknown[];
}

const Kind = { NULL: -1, NUMBER: -2, OTHER: -3 } as const;
/** Up to this number, values are copied as they are. */
const FEW = 50;

export function packed<T>(values: readonly T[]): Values<T> {
  if (values.length <= FEW) return { few: values };
  const texts: string[] = [];
  const kinds = new Int32Array(values.length);
  const numbers: number[] = [];
  const others: unknown[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const value: unknown = values[index];
    if (typeof value === 'string') {
      texts.push(value);
      kinds[index] = value.length;
    } else if (value === null) kinds[index] = Kind.NULL;
    else if (typeof value === 'number') {
      numbers.push(value);
      kinds[index] = Kind.NUMBER;
    } else {
      others.push(value);
      kinds[index] = Kind.OTHER;
    }
  }
  return { text: texts.join(''), kinds, numbers: new Float64Array(numbers), others };
}

export function unpacked<T>(values: Values<T>): readonly T[] {
  if ('few' in values) return values.few;
  const { text, kinds, numbers, others } = values;
  const all: unknown[] = [];
  let [start, number, other] = [0, 0, 0];
  for (const kind of kinds) {
    if (kind >= 0) all.push(text.slice(start, (start += kind)));
    else if (kind === Kind.NULL) all.push(null);
    else if (kind === Kind.NUMBER) all.push(numbers[number++]);
    else all.push(others[other++]);
  }
  return all as T[];
}

const received = (value: SqliteValue | undefined): unknown =>
  typeof value === 'object' && value !== null ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;

/** One row as an object. `start` is the index of its first value. */
export function rowOf(
  columns: readonly string[],
  values: readonly SqliteValue[],
  start: number,
): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index += 1)
    row[columns[index] as string] = received(values[start + index]);
  return row;
}

export function rowsOf(columns: readonly string[], found: Values<SqliteValue>): Record<string, unknown>[] {
  const values = unpacked(found);
  const rows: Record<string, unknown>[] = [];
  for (let start = 0; start < values.length; start += columns.length) rows.push(rowOf(columns, values, start));
  return rows;
}
