/** Parses CREATE TABLE, because SQLite has no PRAGMA for some properties. */

/** Replaces comments with blanks. Quoted comment marks are not comments. */
const withoutComments = (sql: string): string =>
  // eslint-disable-next-line regexp/no-super-linear-move -- the database's own statement
  sql.replace(/'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*.*?\*\//gs, (part) =>
    part.startsWith('--') || part.startsWith('/*') ? ' ' : part,
  );

/** The definitions between the outer brackets of CREATE TABLE, cut at top-level commas. */
export function definitions(createTable: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let part = '';
  const plain = withoutComments(createTable);
  for (const character of plain.slice(plain.indexOf('(') + 1)) {
    if (quote) {
      if (character === quote) quote = '';
    } else if (character === "'" || character === '"' || character === '`') quote = character;
    else if (character === '[') quote = ']';
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0) break;
    if (character === ',' && depth === 0 && !quote) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  return [...parts, part.trim()];
}

/** The definition of a column; '' if there is none. */
export function definitionOf(column: string, all: readonly string[]): string {
  const lower = column.toLowerCase();
  return (
    all.find((definition) => {
      const name = /^(?:"((?:[^"]|"")+)"|`([^`]+)`|\[([^\]]+)\]|([^\s(]+))/.exec(definition);
      return (name?.[1] ?? name?.[2] ?? name?.[3] ?? name?.[4])?.toLowerCase() === lower;
    }) ?? ''
  );
}

/** The members of `check (column in ('a', 'b'))`, which is how knex and others write an enum here. */
export function membersOf(column: string, createTable: string): string[] | null {
  const name = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const list = new RegExp(
    `check\\s*\\(\\s*["\`[]?${name}["\`\\]]?\\s+in\\s*\\(((?:\\s*'(?:[^']|'')*'\\s*,?)+)\\)\\s*\\)`,
    'i',
  ).exec(withoutComments(createTable))?.[1];
  return list ? [...list.matchAll(/'((?:[^']|'')*)'/g)].map((member) => (member[1] ?? '').replaceAll("''", "'")) : null;
}

/** Whether constraints have ON CONFLICT clauses other than the default, ABORT. */
export const hasConflictClauses = (createTable: string): boolean =>
  /\bon\s+conflict\s+(replace|ignore|fail|rollback)\b/i.test(withoutComments(createTable));

/** Whether the table has foreign keys that are checked at the commit. SQLite does not tell which ones. */
export const hasDeferredKeys = (createTable: string): boolean =>
  // eslint-disable-next-line regexp/no-super-linear-move -- the database's own statement
  /(?<!\bnot\s+)\bdeferrable\s+initially\s+deferred\b/i.test(withoutComments(createTable));
