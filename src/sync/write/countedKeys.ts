/** Columns that the database counts up: the numbers that rows set, and ids that a dry run must not use up. */
import type { Knex } from 'knex';
import type { ColumnInfo, Dialect, GivenNumbers } from '../../database';
import { type Canonical, columnValues, type Model } from '../../models';

/** By column. */
export type Values = Readonly<Record<string, Canonical>>;

/** Columns that the database counts up if a new object has no value for them. */
const countedColumns = ({ fields }: Model): ColumnInfo[] =>
  fields.flatMap(({ column }) => (column.autoIncrement || column.sequence !== undefined ? [column] : []));

/** The lowest 32-bit integer, because foreign keys are sometimes narrower than the keys that they point to. */
const LOWEST = -(2 ** 31);

function withoutColumns(row: Values, columns: readonly ColumnInfo[]): Values {
  const rest = columnValues(row);
  for (const { name } of columns) Reflect.deleteProperty(rest, name);
  return rest;
}

/** The value as a number; null if it is not a whole number, such as an id made by `'A' || nextval(…)`. */
function wholeNumber(value: Canonical | undefined): bigint | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : null;
}

/**
 * The counted columns of one run. Sequences must pass the numbers that rows set, but are moved as late as possible: a
 * rollback does not move them back.
 */
export class CountedKeys {
  /** By sequence: the numbers that rows have set since the sequence was last moved. */
  private readonly given = new Map<string, GivenNumbers>();

  constructor(
    private readonly dialect: Dialect,
    private readonly isDryRun: boolean,
  ) {}

  /**
   * Cuts the rows, in order, wherever the next row sets other counted columns, because no statement may mix set and
   * counted numbers. In a NOT NULL column, NULL means that no number is set.
   */
  split(model: Model, rows: readonly Values[]): readonly (readonly Values[])[] {
    const counted = countedColumns(model);
    if (counted.length === 0) return [rows];
    const parts: Values[][] = [];
    let shape = '';
    for (const row of rows) {
      const left = counted.filter(({ name, nullable }) => (row[name] ?? null) === null && !(nullable && name in row));
      const nulls = left.filter(({ name }) => name in row);
      const given = nulls.length > 0 ? withoutColumns(row, nulls) : row;
      const ofRow = left.map(({ name }) => name).join();
      if (parts.length > 0 && ofRow === shape) parts.at(-1)?.push(given);
      else parts.push([given]);
      shape = ofRow;
    }
    return parts;
  }

  /**
   * Returns the rows of one such part, with ids if the run is a dry run. Moves sequences past the numbers that earlier
   * rows have set.
   */
  async number(trx: Knex.Transaction, model: Model, rows: readonly Values[]): Promise<readonly Values[]> {
    let numbered = rows;
    const [first = {}] = rows;
    for (const column of countedColumns(model)) {
      if (column.name in first) continue;
      const isId = model.idFields.some((field) => field.column === column);
      const ids = isId ? await this.dryRunIds(trx, model, column, rows.length) : null;
      if (!ids) await this.catchUp(trx);
      else numbered = numbered.map((row, index) => columnValues(row, { [column.name]: ids[index] ?? null }));
    }
    return numbered;
  }

  /** Records the numbers that written rows have set. */
  note(model: Model, rows: readonly Values[]): void {
    if (this.isDryRun) return;
    for (const { name, sequence } of countedColumns(model))
      if (sequence !== undefined) for (const row of rows) this.noteNumber(sequence, wholeNumber(row[name]));
  }

  private noteNumber(sequence: string, number: bigint | null): void {
    if (number === null) return;
    const { least, most } = this.given.get(sequence) ?? { least: number, most: number };
    this.given.set(sequence, { least: number < least ? number : least, most: number > most ? number : most });
  }

  /** Moves sequences past the recorded numbers. Must be called before the database counts on, and before a commit. */
  async catchUp(trx: Knex.Transaction): Promise<void> {
    for (const [sequence, numbers] of this.given) await this.dialect.moveSequence?.(trx, sequence, numbers);
    this.given.clear();
  }

  /**
   * Negative ids for new objects of a dry run, so that it uses up none of the table's ids. Returns null if the database
   * assigns the ids: outside dry runs, if a rollback frees ids, or if no negative range is free.
   */
  private async dryRunIds(
    trx: Knex.Transaction,
    { table }: Model,
    column: ColumnInfo,
    count: number,
  ): Promise<number[] | null> {
    const { type } = column;
    if (!this.isDryRun || !this.dialect.usesUpNumbers || type.kind !== 'integer') return null;
    const floor = Math.max(Number(type.min), LOWEST);
    const name = this.dialect.columnName(column);
    const largestBelow = async (limit: number): Promise<number | null> => {
      const [found] = (await trx(table.name)
        .whereRaw(`${name} >= ? AND ${name} < ?`, [floor, limit])
        .select(trx.raw(`max(${name}) AS most`))) as { most: string | number | null }[];
      return found && found.most !== null ? Number(found.most) : null;
    };
    // Start far from the ids that users set. Use the upper half only if no negative id exists.
    const half = Math.trunc(floor / 2);
    const [own, negative] = [await largestBelow(half), await largestBelow(0)];
    const next = own === null ? floor : own + 1;
    if (next + count > (negative === own ? 0 : half)) return null;
    return Array.from({ length: count }, (_, index) => next + index);
  }
}
