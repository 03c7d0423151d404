/**
 * Equality of one column as its database decides it (R6), for values held in memory: two values are equal where their
 * keys are the same.
 */
import type { CollatedCollation, ColumnType } from '../../database';
import { type Canonical, type Field, identityOf } from '../../models';
import { withoutAtEnd } from '../../trimming';

export type EqualityKey = string | number | boolean | null;

export interface ColumnEquality {
  /** Undefined where only the database could tell whether the value equals one that was asked for. */
  key(value: Canonical): EqualityKey | undefined;
}

export const IDENTICAL: ColumnEquality = {
  key: (value) => (typeof value === 'object' && value !== null ? identityOf(value) : value),
};

/** Text that every collation of the usual kind can only tell apart by case and trailing blanks. */
const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);
const fold = (text: string): string => withoutAtEnd(text, ' ').toLowerCase();

/** The collation of a field, null where equal is identical. */
export function collationOf(field: Pick<Field, 'column'>): CollatedCollation | null {
  const { type } = field.column;
  if (type.kind !== 'string' && type.kind !== 'enum' && type.kind !== 'other') return null;
  return type.collation?.kind === 'collated' ? type.collation : null;
}

/** Values under a collation. */
class CollatedEquality implements ColumnEquality {
  /** By identity: itself, or the number of its class where the database had to be asked. */
  private readonly keys = new Map<string, EqualityKey>();
  private readonly values: Canonical[] = [];
  private readonly folds = new Set<string>();
  /** No two texts could be equal that JavaScript tells apart. */
  private plain: boolean;

  constructor(
    private readonly type: ColumnType,
    private readonly collation: CollatedCollation,
    eachValue: EachValue,
  ) {
    this.plain = collation.folds;
    eachValue((value) => this.add(value));
  }

  private add(value: Canonical | undefined): void {
    if (value === null || value === undefined) return;
    const text = identityOf(value);
    if (this.keys.has(text)) return;
    this.keys.set(text, text);
    this.values.push(value);
    if (!this.plain) return;
    this.plain = isPlain(text);
    this.folds.add(fold(text));
  }

  /** Asks the database where JavaScript could not tell. */
  async classify(classify: Classify): Promise<this> {
    const alike = this.plain && this.folds.size === this.keys.size;
    if (alike || this.keys.size < 2) return this;
    const numbers = await classify(this.type, this.collation, this.values);
    [...this.keys.keys()].forEach((text, index) => this.keys.set(text, numbers[index] ?? -index));
    return this;
  }

  key(value: Canonical): EqualityKey | undefined {
    if (value === null) return null;
    const text = identityOf(value);
    const known = this.keys.get(text);
    if (known !== undefined) return known;
    return this.plain && isPlain(text) && !this.folds.has(fold(text)) ? text : undefined;
  }
}

/** Numbers for values of a type under its collation, the same for equal ones. */
export type Classify = (
  type: ColumnType,
  collation: CollatedCollation,
  values: readonly Canonical[],
) => Promise<number[]>;

/** Tells of all values that there are, more than once perhaps. */
export type EachValue = (tell: (value: Canonical | undefined) => void) => void;

/** The equality of a field among the values; asks the database only where JavaScript could not tell. */
export async function equalityAmong(
  field: Pick<Field, 'column'>,
  eachValue: EachValue,
  classify: Classify,
): Promise<ColumnEquality> {
  const collation = collationOf(field);
  return collation ? new CollatedEquality(field.column.type, collation, eachValue).classify(classify) : IDENTICAL;
}
