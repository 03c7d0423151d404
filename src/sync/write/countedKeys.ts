/** Columns that the database counts up: which numbers it gives next, and which it does not use up. */
import type { Knex } from 'knex';
import type { ColumnInfo, Dialect, GivenNumbers } from '../../database';
import { type Canonical, columnValues, type Model } from '../../models';

/** By column. */
export type Values = Readonly<Record<string, Canonical>>;

/** Columns that the database counts up if a new object leaves them out. */
const countedColumns = ({ fields }: Model): ColumnInfo[] =>
  fields.flatMap(({ column }) => (column.autoIncrement || column.sequence !== undefined ? [column] : []));

/** Of 32 bits: foreign keys are sometimes narrower than the keys that they point to. */
const LOWEST = -(2 ** 31);

function withoutColumns(row: Values, columns: readonly ColumnInfo[]): Values {
  const rest = columnValues(row);
  for (const { name } of columns) Reflect.deleteProperty(rest, name);
  return rest;
}

/** The value as a number; null for what is none, such as an id that is made by `'A' || nextval(…)`. */
function wholeNumber(value: Canonical | undefined): bigint | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : null;
}

/**
 * The counted columns of one run. Numbers that rows give by themselves move sequences, but no earlier than needed: a
 * sequence stays where it was moved to, even if the run is rolled back.
 */
export class CountedKeys {
  /** By sequence, numbers given since it was moved last. */
  private readonly given = new Map<string, GivenNumbers>();

  constructor(
    private readonly dialect: Dialect,
    private readonly isDryRun: boolean,
  ) {}

  /**
   * The rows in their order, cut where the next one gives other counted columns: no statement counts beside numbers that
   * are given. NULL in a column without NULLs is a number that is not given.
   */
  alike(model: Model, rows: readonly Values[]): readonly (readonly Values[])[] {
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

  /** Rows of one such part, with ids of a dry run's own. No sequence is behind what earlier rows have given. */
  async number(trx: Knex.Transaction, model: Model, rows: readonly Values[]): Promise<readonly Values[]> {
    let numbered = rows;
    const [first = {}] = rows;
    for (const column of countedColumns(model)) {
      if (column.name in first) continue;
      const isId = model.idFields.some((field) => field.column === column);
      const spared = isId ? await this.spare(trx, model, column, rows.length) : null;
      if (!spared) await this.catchUp(trx);
      else numbered = numbered.map((row, index) => columnValues(row, { [column.name]: spared[index] ?? null }));
    }
    return numbered;
  }

  /** Notes the numbers that written rows have given. */
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

  /** Moves sequences past the numbers given so far. Called before the database counts on, and before a commit. */
  async catchUp(trx: Knex.Transaction): Promise<void> {
    for (const [sequence, numbers] of this.given) await this.dialect.moveSequence?.(trx, sequence, numbers);
    this.given.clear();
  }

  /**
   * Negative numbers for new objects of a dry run, so that it uses up none of the table's ids. Null if the database
   * gives the ids: the run is none, nothing is used up by what is rolled back, or there is no room.
   */
  private async spare(
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
    // Far from the numbers that people give; into their half only if none is there.
    const half = Math.trunc(floor / 2);
    const [own, negative] = [await largestBelow(half), await largestBelow(0)];
    const next = own === null ? floor : own + 1;
    if (next + count > (negative === own ? 0 : half)) return null;
    return Array.from({ length: count }, (_, index) => next + index);
  }
}
