/** Which variables are valid, as the editor of the variables checks them: a JSON schema, made wider to what GraphQL accepts. */
import { Kind, OperationTypeNode, parse, type DocumentNode } from 'graphql';

/** JSON schema, as far as it is used here. */
export interface JsonSchema {
  readonly [key: string]: unknown;
}

/** GraphiQL takes scalars that it does not know for texts, numbers and booleans. */
export const SCALAR_SCHEMAS: Record<string, JsonSchema> = {
  ID: { type: ['string', 'integer'] },
  JSONObject: { type: 'object' },
  JSON: { type: ['object', 'array', 'string', 'number', 'boolean'] },
};

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

/** A single value stands for a list of one. */
function withSingleItems(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSingleItems);
  if (!isSchema(value)) return value;
  const schema: JsonSchema = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, withSingleItems(part)]),
  );
  const isList = schema.type === 'array' || (Array.isArray(schema.type) && schema.type.includes('array'));
  if (!isList || !isSchema(schema.items)) return schema;
  const { type, items, ...rest } = schema;
  return { ...rest, anyOf: [{ type, items }, items] };
}

function parsed(text: string): DocumentNode | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** The variables of a document that have a default of their own. */
function variablesWithDefault(text: string): readonly string[] {
  return (parsed(text)?.definitions ?? []).flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? [])
          .filter(({ defaultValue }) => defaultValue)
          .map(({ variable }) => variable.name.value)
      : [],
  );
}

/** GraphiQL's schema of the variables of a document, without what would underline valid ones. */
export function widened(schema: JsonSchema, document: string): JsonSchema {
  const withDefault = variablesWithDefault(document);
  const wide = withSingleItems(schema) as JsonSchema;
  const required = Array.isArray(wide.required) ? wide.required.filter((name) => !withDefault.includes(name)) : [];
  return { ...wide, required };
}

/** Whether the operation with this name is a subscription. */
export const isSubscription = (text: string, name: string | undefined): boolean =>
  (parsed(text)?.definitions ?? []).some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.operation === OperationTypeNode.SUBSCRIPTION &&
      (name === undefined || definition.name?.value === name),
  );

/**
 * The name of the operation to execute. GraphiQL's own lags behind a text that was just opened or edited: a name that the text
 * does not have gives way to the operation at the cursor. Undefined if there is none.
 */
export function operationName(text: string, name: string | null | undefined, cursor: number): string | undefined {
  const operations = (parsed(text)?.definitions ?? []).filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.some((operation) => 'name' in operation && operation.name?.value === name)) return name ?? undefined;
  const atCursor = operations.find(({ loc }) => loc && loc.start <= cursor && cursor <= loc.end);
  return atCursor && 'name' in atCursor ? atCursor.name?.value : undefined;
}
