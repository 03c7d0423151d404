/** The rights to a table that the database's user may lack. */

export const RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
export type Right = (typeof RIGHTS)[number];

/** A table, and the rights to it that the user lacks. */
export interface LackedRights {
  readonly table: string;
  readonly lacked: readonly Right[];
}

/** `the right SELECT`, or `the rights INSERT and UPDATE`. */
export function namedRights(rights: readonly Right[]): string {
  const [last = '', ...others] = [...rights].reverse();
  return others.length === 0 ? `the right ${last}` : `the rights ${others.reverse().join(', ')} and ${last}`;
}

/** Why no row can be synced into a table, as a sentence: rows cannot be read, or neither created nor updated. Null if rows can be synced. */
export function rightsObstacle(lacked: readonly Right[]): string | null {
  const cannotWrite = lacked.includes('INSERT') && lacked.includes('UPDATE');
  return lacked.includes('SELECT') || cannotWrite
    ? `The database user lacks ${namedRights(lacked)} on the table.`
    : null;
}
