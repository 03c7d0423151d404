/** Tables in one word, as SQL through knex has them: `table`, or `schema.table` outside of the default schema. */

/** What knex would read as more than a name; within a name it stands as a character of Unicode's private use. */
const DOT = '\ue02e';
const BLANK = '\ue020';
/** Before one of these characters that is the name's own. */
const OWN = '\ue05c';

function encode(name: string): string {
  const dotted = name.replaceAll(/[\ue02e\ue020\ue05c]/g, `${OWN}$&`).replaceAll('.', DOT);
  return / as /i.test(name) || name !== name.trim() ? dotted.replaceAll(' ', BLANK) : dotted;
}

/** A name as the database has it. */
export const decodeName = (name: string): string =>
  name.replaceAll(/\ue05c(.)|\ue02e|\ue020/g, (mark, own: string | undefined) => own ?? (mark === DOT ? '.' : ' '));

/** `schema` null: the default one. */
export const tableName = (schema: string | null, name: string): string =>
  schema === null ? encode(name) : `${encode(schema)}.${encode(name)}`;

/** The parts of a table's word, as the database has them: with or without a schema. */
export const tableParts = (table: string): string[] => table.split('.').map(decodeName);

/** The schema that a table's word names; null: the default one. */
export function schemaOf(table: string): string | null {
  const [schema, ...name] = tableParts(table);
  return name.length > 0 && schema !== undefined ? schema : null;
}
