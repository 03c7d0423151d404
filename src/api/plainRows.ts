/**
 * Passes rows to resolvers without copies. GraphQL copies every input object, and type-graphql copies it again. That takes 2 to 3 microseconds per
 * row, a tenth or more of the time to sync the row. A list of rows that exactly match RowInput is passed as the value of a single row. GraphQL
 * coerces any other list, and reports its errors.
 */
import { type OperationDefinitionNode, print, type TypeNode } from 'graphql';
import { isObject } from '../jsonValues';
import type { RowInput, SyncRowsInput } from './inputs/rows';
import type { ServiceLimits } from './services';

/** Coercing up to this number of rows takes almost no time. */
const FEW = 10;

class PlainRows {
  constructor(readonly rows: readonly RowInput[]) {}
}

const isText = (value: unknown): boolean => typeof value === 'string' || value === null;

/** For each field of RowInput, whether a value is valid and needs no coercion. */
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

/** Whether coercion to RowInput would leave a value of a variable unchanged. */
function isPlain(row: unknown): row is RowInput {
  if (typeof row !== 'object' || row === null || !Object.hasOwn(row, 'values')) return false;
  for (const name in row) if (!ARE_PLAIN[name]?.(row[name as keyof typeof row])) return false;
  return true;
}

/** A list above the limit (0: no limit) is not checked, because the call is refused for its number of rows. */
const handedOver = (rows: unknown, most: number): unknown =>
  Array.isArray(rows) && ((most > 0 && rows.length > most) || (rows.length > FEW && rows.every(isPlain)))
    ? { values: new PlainRows(rows) }
    : rows;

const typeNames = new WeakMap<TypeNode, string>();

/** The name of a type, without its exclamation marks. */
function typeNameOf(type: TypeNode): string {
  let name = typeNames.get(type);
  if (name === undefined) typeNames.set(type, (name = print(type).replaceAll('!', '')));
  return name;
}

/** The variables of an operation, with plain rows wrapped. */
export function handOverRows(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  { rowsPerCall }: Pick<ServiceLimits, 'rowsPerCall'>,
): Record<string, unknown> {
  const given = { ...variables };
  for (const { variable, type } of variableDefinitions) {
    const name = variable.name.value;
    const value = given[name];
    const typeName = typeNameOf(type);
    if (typeName === '[RowInput]') given[name] = handedOver(value, rowsPerCall);
    else if (typeName === 'SyncRowsInput' && isObject(value) && 'rows' in value)
      given[name] = { ...value, rows: handedOver(value.rows, rowsPerCall) };
  }
  return given;
}

/** The rows of a call, wrapped or not. */
export function rowsOf({ rows }: SyncRowsInput): readonly RowInput[] {
  const [first] = rows;
  return first?.values instanceof PlainRows ? first.values.rows : rows;
}
