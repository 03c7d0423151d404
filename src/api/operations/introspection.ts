/** The size of introspection queries. They are answered from memory, but may be nested. */
import { type GraphQLSchema, isEnumType, isInputObjectType, isIntrospectionType, isObjectType } from 'graphql';

const meanOf = (counts: readonly number[]): number =>
  counts.length === 0 ? 1 : Math.max(1, counts.reduce((sum, count) => sum + count, 0) / counts.length);

const known = new WeakMap<GraphQLSchema, ReadonlyMap<string, number>>();

/** The mean lengths of the lists in a schema's description, by field name. Other lists are short. */
export function introspectionLists(schema: GraphQLSchema): ReadonlyMap<string, number> {
  const lists = known.get(schema) ?? countLists(schema);
  known.set(schema, lists);
  return lists;
}

function countLists(schema: GraphQLSchema): ReadonlyMap<string, number> {
  const types = Object.values(schema.getTypeMap());
  const objects = types.filter(isObjectType).filter((type) => !isIntrospectionType(type));
  const fields = objects.map((type) => Object.values(type.getFields()));
  return new Map([
    ['types', types.length],
    ['directives', schema.getDirectives().length],
    ['fields', meanOf(fields.map(({ length }) => length))],
    ['args', meanOf(fields.flat().map(({ args }) => args.length))],
    ['inputFields', meanOf(types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length))],
    ['enumValues', meanOf(types.filter(isEnumType).map((type) => type.getValues().length))],
  ]);
}
