/** The names of relations that are read from a database (docs/zero-code.md). */

/** A relation that needs a name. */
export interface Nameless {
  /** Possible names, the best first. */
  readonly candidates: readonly string[];
  /** The column whose name the relation may share, because the relation consists of this column alone; null: none. */
  readonly ownColumn: string | null;
}

const fold = (name: string): string => name.toLowerCase();

/**
 * `artist_id`, `artistId`, `ArtistID` and `Artist ID` without their suffix; `artistid` too if the table is `artist`.
 * Other columns stay unchanged. Null if nothing is left.
 */
function withoutId(column: string, target: string): string | null {
  if (/^[_\s-]*id$/i.test(column)) return null;
  if (fold(column) === `${fold(target)}id`) return column.slice(0, -2);
  // eslint-disable-next-line regexp/no-super-linear-backtracking -- the name of a column is short
  return /^(.+?)[_\s-]+id$/i.exec(column)?.[1] ?? /^(.*[\p{Ll}\d])I[dD]$/u.exec(column)?.[1] ?? column;
}

/** Names for a foreign key, in this order: column without `_id`, column, target, target with columns. */
export function foreignKeyNames(columns: readonly string[], target: string): string[] {
  const [column] = columns;
  const byTarget = [target, [target, ...columns].join('_')];
  if (columns.length !== 1 || column === undefined) return byTarget;
  const stem = withoutId(column, target);
  return stem === null ? byTarget : [...new Set([stem, column, ...byTarget])];
}

/**
 * Names the relations of one model. No name equals another name or a field, in any case. If several relations have the
 * same candidate, none gets it, so that names do not depend on an order. As a last resort, a number is appended.
 */
export function nameRelations<T extends Nameless>(relations: readonly T[], taken: Set<string>): Map<T, string> {
  const names = new Map<T, string>();
  const take = (relation: T, name: string): void => {
    names.set(relation, name);
    taken.add(fold(name));
  };
  const isFree = (name: string, { ownColumn }: T): boolean =>
    !taken.has(fold(name)) || (ownColumn !== null && fold(ownColumn) === fold(name));
  const most = Math.max(0, ...relations.map(({ candidates }) => candidates.length));
  for (let place = 0; place < most; place += 1) {
    const claims = new Map<string, T[]>();
    for (const relation of relations) {
      const name = relation.candidates[place];
      if (names.has(relation) || name === undefined || !isFree(name, relation)) continue;
      const claim = claims.get(fold(name));
      if (claim) claim.push(relation);
      else claims.set(fold(name), [relation]);
    }
    for (const [only, ...others] of claims.values())
      if (only && others.length === 0) take(only, only.candidates[place] ?? '');
  }
  for (const relation of relations) {
    if (names.has(relation)) continue;
    const last = relation.candidates.at(-1) ?? '';
    let number = 2;
    while (taken.has(fold(`${last}_${number}`))) number += 1;
    take(relation, `${last}_${number}`);
  }
  return names;
}
