/**
 * Rows that GraphQL need not look at. It copies every input object, and type-graphql copies it again, which for the rows
 * of a large call takes half as long as to sync them. A list of rows that are exactly what RowInput says is handed through
 * as the value of a single one; any other list is GraphQL's, which says what is wrong with it.
 */
import { Kind, type OperationDefinitionNode, type TypeNode } from 'graphql';
import type { RowInput, SyncRowsInput } from './inputs';

/** Fewer are coerced faster than they are looked at. */
const FEW = 10;

class PlainRows {
  constructor(readonly rows: readonly RowInput[]) {}
}

const isText = (value: unknown): boolean => typeof value === 'string' || value === null;
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

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

const handedOver = (rows: unknown): unknown =>
  Array.isArray(rows) && rows.length > FEW && rows.every(isPlain) ? { values: new PlainRows(rows) } : rows;

function typeName(type: TypeNode): string {
  if (type.kind === Kind.NON_NULL_TYPE) return typeName(type.type);
  return type.kind === Kind.LIST_TYPE ? `[${typeName(type.type)}]` : type.name.value;
}

/** An operation's variables, with its rows as GraphQL shall get them. */
export function handOverRows(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const given = { ...variables };
  for (const { variable, type } of variableDefinitions) {
    const name = variable.name.value;
    const value = given[name];
    const isInput = typeName(type) === 'SyncRowsInput' && typeof value === 'object' && value !== null;
    if (typeName(type) === '[RowInput]') given[name] = handedOver(value);
    else if (isInput && 'rows' in value) given[name] = { ...value, rows: handedOver(value.rows) };
  }
  return given;
}

/** The rows of a call, however GraphQL has got them. */
export function rowsOf({ rows }: SyncRowsInput): readonly RowInput[] {
  const [first] = rows;
  return first?.values instanceof PlainRows ? first.values.rows : rows;
}
