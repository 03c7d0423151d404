/** Table names as one word for SQL through knex: `table`, or `schema.table` outside the default schema. */

/** Replaces a dot in a name, which knex would read as a separator, with a character of Unicode's private use area. */
const DOT = '\ue02e';
const BLANK = '\ue020';
/** Escapes one of these three characters in a name. */
const OWN = '\ue05c';

function encode(name: string): string {
  const dotted = name.replaceAll(/[\ue02e\ue020\ue05c]/g, `${OWN}$&`).replaceAll('.', DOT);
  return / as /i.test(name) || name !== name.trim() ? dotted.replaceAll(' ', BLANK) : dotted;
}

/** The name in the database. */
export const decodeName = (name: string): string =>
  name.replaceAll(/\ue05c(.)|\ue02e|\ue020/g, (mark, own: string | undefined) => own ?? (mark === DOT ? '.' : ' '));

/** `schema` null: the default schema. */
export const tableName = (schema: string | null, name: string): string =>
  schema === null ? encode(name) : `${encode(schema)}.${encode(name)}`;

/** The names of the parts in the database: with or without a schema. */
export const tableParts = (table: string): string[] => table.split('.').map(decodeName);

/** The schema of a table's word. Null: the default schema. */
export function schemaOf(table: string): string | null {
  const [schema, ...name] = tableParts(table);
  return name.length > 0 && schema !== undefined ? schema : null;
}
