/**
 * Equality of one column as its database decides it (R6), for values held in memory: two values are equal where their
 * keys are the same.
 */
import type { CollatedCollation } from '../../database';
import { type Canonical, type Field, identityOf } from '../../models';

export interface ColumnEquality {
  /** Undefined where only the database could tell whether the value equals one that was asked for. */
  key(value: Canonical): string | undefined;
}

const NULL_KEY = '\u0000';

const EXACTLY: ColumnEquality = { key: (value) => (value === null ? NULL_KEY : `=${identityOf(value)}`) };

/** Text that every collation of the usual kind can only tell apart by case and trailing blanks. */
const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);
const fold = (text: string): string => text.toLowerCase().replace(/ +$/, '');

/** The collation of a field, null where equal is identical. */
export function collationOf(field: Field): CollatedCollation | null {
  const { type } = field.column;
  if (type.kind !== 'string' && type.kind !== 'enum') return null;
  return type.collation.kind === 'collated' ? type.collation : null;
}

class CollatedEquality implements ColumnEquality {
  private readonly folds = new Set<string>();
  private readonly plain: boolean;

  /** `classes`: a number for each known text, the same for equal ones; null where all known texts differ. */
  constructor(
    private readonly known: ReadonlySet<string>,
    private readonly classes: ReadonlyMap<string, number> | null,
    collationFolds: boolean,
  ) {
    this.plain = collationFolds;
    for (const text of known) {
      this.plain &&= isPlain(text);
      this.folds.add(fold(text));
    }
  }

  key(value: Canonical): string | undefined {
    if (value === null) return NULL_KEY;
    const text = String(value);
    if (this.known.has(text)) return this.classes ? `#${this.classes.get(text)}` : `=${text}`;
    return this.plain && isPlain(text) && !this.folds.has(fold(text)) ? `!${text}` : undefined;
  }
}

/** Whether the database must be asked which of the texts are equal. */
function needsDatabase(texts: ReadonlySet<string>, collationFolds: boolean): boolean {
  if (texts.size < 2) return false;
  if (!collationFolds) return true;
  const folds = new Set<string>();
  for (const text of texts) {
    if (!isPlain(text)) return true;
    folds.add(fold(text));
  }
  return folds.size < texts.size;
}

/** Numbers for texts under a collation, the same for equal ones. */
export type Classify = (collation: CollatedCollation, texts: readonly string[]) => Promise<number[]>;

/** The equality of a field among the values; asks the database only where JavaScript could not tell. */
export async function equalityAmong(
  field: Field,
  values: Iterable<Canonical>,
  classify: Classify,
): Promise<ColumnEquality> {
  const collation = collationOf(field);
  if (!collation) return EXACTLY;
  const texts = new Set<string>();
  for (const value of values) if (value !== null) texts.add(String(value));
  if (!needsDatabase(texts, collation.folds)) return new CollatedEquality(texts, null, collation.folds);
  const list = [...texts];
  const numbers = await classify(collation, list);
  return new CollatedEquality(
    texts,
    new Map(list.map((text, index) => [text, numbers[index] ?? -index])),
    collation.folds,
  );
}
