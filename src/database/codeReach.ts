/** Finds the tables that triggers, routines and views write to, as far as their text shows (R43). */

/** A name in the code. `schema` null: the schema of the code. */
export interface CodeName {
  readonly schema: string | null;
  readonly name: string;
}

/** The names in a piece of code: `writes` are the tables that it writes to, `names` are all names, including those of called routines. */
export interface Code {
  readonly schema: string;
  readonly writes: readonly CodeName[];
  readonly names: readonly CodeName[];
}

/** Both maps have `identity` as key. `tables`: the code of a table's triggers, or of a view. `routines`: the code of a routine. */
interface DatabaseCode {
  readonly tables: ReadonlyMap<string, readonly Code[]>;
  readonly routines: ReadonlyMap<string, readonly Code[]>;
}

/** Returns the same identity for names that differ only in case, because databases disagree on whether they are the same. */
export const identity = (schema: string, name: string): string =>
  JSON.stringify([schema.toLowerCase(), name.toLowerCase()]);

const COMMENT = /\/\*[\s\S]*?\*\/|--[^\n]*|#[^\n]*/g;
const NAME = /`((?:[^`]|``)+)`|"((?:[^"]|"")+)"|([\p{L}_$][\p{L}\p{N}_$]*)/gu;
/** The text between a writing verb and the end of the list of written tables. */
const WRITE =
  /\b(?:insert|replace|update|delete|truncate|merge|copy)\b([\s\S]*?)(?=\b(?:set|values?|select|where|using|returning)\b|[;(]|$)/gi;

/** The names in a piece of SQL, with their schemas. */
export function namesIn(sql: string): CodeName[] {
  const found: CodeName[] = [];
  let end = -1;
  for (const match of sql.matchAll(NAME)) {
    const name = match[1]?.replaceAll('``', '`') ?? match[2]?.replaceAll('""', '"') ?? match[3] ?? '';
    const before = sql.slice(end, match.index).trim() === '.' ? found.pop() : undefined;
    found.push({ schema: before?.name ?? null, name });
    end = match.index + match[0].length;
  }
  return found;
}

/** The code of a trigger or routine. */
export function readCode(schema: string, text: string): Code {
  const sql = text.replace(COMMENT, ' ');
  return {
    schema,
    writes: [...sql.matchAll(WRITE)].flatMap(([, written = '']) => namesIn(written)),
    names: namesIn(sql),
  };
}

/** The first of the sought tables that a write to `table` also writes to, through any code that it runs. Null: none. */
export function findWritten<T>(table: string, code: DatabaseCode, sought: ReadonlyMap<string, T>): T | null {
  const seen = new Set<Code>();
  const visit = (pieces: readonly Code[]): T | null => {
    for (const piece of pieces) {
      if (seen.has(piece)) continue;
      seen.add(piece);
      const identityOf = ({ schema, name }: CodeName): string => identity(schema ?? piece.schema, name);
      for (const written of piece.writes.map(identityOf)) {
        const found = sought.get(written) ?? visit(code.tables.get(written) ?? []);
        if (found) return found;
      }
      for (const named of piece.names.map(identityOf)) {
        const found = visit(code.routines.get(named) ?? []);
        if (found) return found;
      }
    }
    return null;
  };
  return visit(code.tables.get(table) ?? []);
}
