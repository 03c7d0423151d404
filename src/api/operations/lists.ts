/** How many items of lists an operation gets as variables: GraphQL copies each of them several times. */
import {
  type DocumentNode,
  getNullableType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  Kind,
  print,
  typeFromAST,
} from 'graphql';
import { assertWithin, type OperationLimits } from './limits';

type Variables = Readonly<Record<string, unknown>>;

/** Rows have a limit of their own (rowsPerCall), and are handed over without a copy (plainRows.ts). */
const ROW = 'RowInput';

const isObject = (value: unknown): value is Variables => typeof value === 'object' && value !== null;

/** Items of the lists in a value, counted no further than just above `most`. JSON is one value, whatever it contains. */
function itemsOf(type: GraphQLInputType, value: unknown, most: number): number {
  const bare = getNullableType(type);
  if (!isObject(value)) return 0;
  if (isListType(bare)) {
    const item = bare.ofType;
    if (!Array.isArray(value)) return itemsOf(item, value, most);
    if (isInputObjectType(getNullableType(item)) && String(getNullableType(item)) === ROW) return 0;
    let count = value.length;
    for (let index = 0; index < value.length && count <= most; index += 1)
      count += itemsOf(item, value[index], most - count);
    return count;
  }
  if (!isInputObjectType(bare)) return 0;
  let count = 0;
  for (const field of Object.values(bare.getFields()))
    if (count <= most) count += itemsOf(field.type, value[field.name], most - count);
  return count;
}

/** Throws OPERATION_TOO_COMPLEX if the lists in the variables have too many items. Values of a wrong type are left to GraphQL. */
export function assertFewItems(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
  limits: OperationLimits,
): void {
  const most = limits.operationListItems;
  if (most === 0) return;
  const counted = new Set<string>();
  let count = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, type: node } of definition.variableDefinitions ?? []) {
      const key = `${variable.name.value}: ${print(node)}`;
      const type = typeFromAST(schema, node as never);
      if (counted.has(key) || !isInputType(type)) continue;
      counted.add(key);
      count += itemsOf(type, variables[variable.name.value], most - count);
      assertWithin(limits, 'operationListItems', count, true);
    }
  }
}
