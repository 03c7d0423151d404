/**
 * Rows that GraphQL need not look at. It copies every input object, and type-graphql copies it again, which takes 2 to 3
 * microseconds for each row, a tenth or more of what it takes to sync it. A list of rows that are exactly what RowInput says is handed through
 * as the value of a single one; any other list is GraphQL's, which says what is wrong with it.
 */
import { type OperationDefinitionNode, print } from 'graphql';
import { isObject } from '../jsonValues';
import type { RowInput, SyncRowsInput } from './inputs/rows';
import type { ServiceLimits } from './services';

/** So few are coerced in no time. */
const FEW = 10;

class PlainRows {
  constructor(readonly rows: readonly RowInput[]) {}
}

const isText = (value: unknown): boolean => typeof value === 'string' || value === null;

/** By field of RowInput, whether a value is one of its own and needs no coercion. */
const ARE_PLAIN: Readonly<Record<string, ((value: unknown) => boolean) | undefined>> = Object.assign(
  Object.create(null) as object,
  {
    actionFlags: isText,
    externalKey: isText,
    matchOn: (value: unknown) =>
      value === null || (Array.isArray(value) && value.every((name) => typeof name === 'string')),
    values: isObject,
  },
);

/** Whether a value of a variable is what GraphQL would make of it as a RowInput. */
function isPlain(row: unknown): row is RowInput {
  if (typeof row !== 'object' || row === null || !Object.hasOwn(row, 'values')) return false;
  for (const name in row) if (!ARE_PLAIN[name]?.(row[name as keyof typeof row])) return false;
  return true;
}

/** More rows than the call may have (0: any number) are not looked at: it is refused for their number. */
const handedOver = (rows: unknown, most: number): unknown =>
  Array.isArray(rows) && ((most > 0 && rows.length > most) || (rows.length > FEW && rows.every(isPlain)))
    ? { values: new PlainRows(rows) }
    : rows;

/** An operation's variables, with its rows as GraphQL shall get them. */
export function handOverRows(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  { rowsPerCall }: Pick<ServiceLimits, 'rowsPerCall'>,
): Record<string, unknown> {
  const given = { ...variables };
  for (const { variable, type } of variableDefinitions) {
    const name = variable.name.value;
    const value = given[name];
    const typeName = print(type).replaceAll('!', '');
    if (typeName === '[RowInput]') given[name] = handedOver(value, rowsPerCall);
    else if (typeName === 'SyncRowsInput' && isObject(value) && 'rows' in value)
      given[name] = { ...value, rows: handedOver(value.rows, rowsPerCall) };
  }
  return given;
}

/** The rows of a call, however GraphQL has got them. */
export function rowsOf({ rows }: SyncRowsInput): readonly RowInput[] {
  const [first] = rows;
  return first?.values instanceof PlainRows ? first.values.rows : rows;
}
