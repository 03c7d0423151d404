/**
 * The size of an operation's variables. GraphQL walks through them, and copies each item of a list several times. Rows are left out: they are passed
 * without copies (plainRows.ts), their number has a limit of its own (rowsPerCall), and a value that is nested too deeply fails only its row (R17a).
 */
import {
  type DocumentNode,
  getNullableType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNamedType,
  Kind,
  print,
  typeFromAST,
} from 'graphql';
import { assertWithin, type OperationLimits } from './limits';

type Variables = Readonly<Record<string, unknown>>;

const isRow = (type: GraphQLInputType): boolean => isNamedType(type) && type.name === 'RowInput';

const isObject = (value: unknown): value is Variables => typeof value === 'object' && value !== null;
const isPlain = (value: unknown): value is Variables =>
  isObject(value) && (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);

/** The items of the lists in a value. Counting stops just above `most`. JSON counts as one value, whatever it contains. */
function itemsOf(type: GraphQLInputType, value: unknown, most: number): number {
  const bare = getNullableType(type);
  if (!isObject(value)) return 0;
  if (isListType(bare)) {
    const item = bare.ofType;
    if (!Array.isArray(value)) return itemsOf(item, value, most);
    if (isRow(getNullableType(item))) return 0;
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

/** The levels of lists and objects in a value. Counting stops at `most`. `type` null: the value is JSON. */
function depthOf(type: GraphQLInputType | null, value: unknown, most: number): number {
  const bare = type && getNullableType(type);
  if (!isPlain(value) || (bare && isRow(bare))) return 0;
  if (most <= 0) return 1;
  let depth = 0;
  // A list may have a million items, so no array of entries is created.
  if (Array.isArray(value)) {
    const item = isListType(bare) ? (bare.ofType as GraphQLInputType) : null;
    for (const inside of value as readonly unknown[]) depth = Math.max(depth, depthOf(item, inside, most - 1));
    return depth + 1;
  }
  const fields = isInputObjectType(bare) ? bare.getFields() : {};
  for (const name of Object.keys(value))
    depth = Math.max(depth, depthOf(fields[name]?.type ?? null, value[name], most - 1));
  return depth + 1;
}

interface DeclaredVariable {
  readonly name: string;
  readonly type: GraphQLInputType;
}

const declared = new WeakMap<DocumentNode, readonly DeclaredVariable[]>();

/** The distinct variables of a document. GraphQL refuses variables of other types. */
function variablesOf(schema: GraphQLSchema, document: DocumentNode): readonly DeclaredVariable[] {
  const known = declared.get(document);
  if (known) return known;
  const found = new Map<string, DeclaredVariable>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, type: node } of definition.variableDefinitions ?? []) {
      const name = variable.name.value;
      const type = typeFromAST(schema, node as never);
      if (isInputType(type)) found.set(`${name}: ${print(node)}`, { name, type });
    }
  }
  const variables = [...found.values()];
  declared.set(document, variables);
  return variables;
}

/** Throws OPERATION_TOO_COMPLEX if the variables are nested too deeply, or if their lists have too many items. */
export function assertVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
  limits: OperationLimits,
): void {
  const { operationListItems, valueDepth } = limits;
  let items = 0;
  for (const { name, type } of variablesOf(schema, document)) {
    const value = variables[name];
    if (valueDepth > 0) assertWithin(limits, 'valueDepth', depthOf(type, value, valueDepth + 1), true);
    if (operationListItems > 0) items += itemsOf(type, value, operationListItems - items);
    assertWithin(limits, 'operationListItems', items, true);
  }
}
