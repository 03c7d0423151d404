/**
 * Equality of a column as its database defines it (R6), for values in memory: two values are equal if their keys are
 * the same.
 */
import type { CollatedCollation, ColumnType } from '../../database';
import { type Canonical, type Field, identityOf } from '../../models';
import { withoutAtEnd } from '../../trimming';

export type EqualityKey = string | number | boolean | null;

export interface ColumnEquality {
  /** Undefined if only the database can tell whether the value equals one of the known values. */
  key(value: Canonical): EqualityKey | undefined;
}

export const IDENTICAL: ColumnEquality = {
  key: (value) => (typeof value === 'object' && value !== null ? identityOf(value) : value),
};

/** Printable ASCII: usual collations ignore at most case and trailing blanks in such text. */
const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);
const fold = (text: string): string => withoutAtEnd(text, ' ').toLowerCase();

/** The collation of a field; null if only identical values are equal. */
export function collationOf(field: Pick<Field, 'column'>): CollatedCollation | null {
  const { type } = field.column;
  if (type.kind !== 'string' && type.kind !== 'enum' && type.kind !== 'other') return null;
  return type.collation?.kind === 'collated' ? type.collation : null;
}

/** Equality under a collation. */
class CollatedEquality implements ColumnEquality {
  /** By identity. The key is the text itself, or the number of its class if the database was asked. */
  private readonly keys = new Map<string, EqualityKey>();
  private readonly values: Canonical[] = [];
  private readonly folds = new Set<string>();
  /** Whether equal texts differ at most in case and trailing blanks: all texts are plain, and the collation is usual. */
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

  /** Asks the database for classes of equal values, if JavaScript cannot tell. */
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

/** Returns a number for each value of a type under its collation. Equal values get the same number. */
export type Classify = (
  type: ColumnType,
  collation: CollatedCollation,
  values: readonly Canonical[],
) => Promise<number[]>;

/** Calls `tell` with every value, possibly more than once. */
export type EachValue = (tell: (value: Canonical | undefined) => void) => void;

/** The equality of a field among the values. Asks the database only if JavaScript cannot tell. */
export async function equalityAmong(
  field: Pick<Field, 'column'>,
  eachValue: EachValue,
  classify: Classify,
): Promise<ColumnEquality> {
  const collation = collationOf(field);
  return collation ? new CollatedEquality(field.column.type, collation, eachValue).classify(classify) : IDENTICAL;
}
