/** The largest possible response to an operation, computed from its text and its page sizes. */
import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { introspectionLists } from './introspection';
import { assertWithin, type OperationLimits } from './limits';

interface OperationSize {
  readonly depth: number;
  /** Fields of the top-level selection set. */
  readonly rootFields: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  readonly pages: number;
  readonly nodes: number;
  readonly values: number;
}

const NOTHING: OperationSize = {
  depth: 0,
  rootFields: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  pages: 0,
  nodes: 0,
  values: 0,
};
/** Fragments that spread each other can double a count at each step, so larger counts are all treated as this one. */
const MOST = Number.MAX_SAFE_INTEGER;

const together = (a: OperationSize, b: OperationSize): OperationSize => ({
  depth: Math.max(a.depth, b.depth),
  rootFields: Math.min(a.rootFields + b.rootFields, MOST),
  fields: Math.min(a.fields + b.fields, MOST),
  aliases: Math.min(a.aliases + b.aliases, MOST),
  directives: Math.min(a.directives + b.directives, MOST),
  pages: Math.min(a.pages + b.pages, MOST),
  nodes: Math.min(a.nodes + b.nodes, MOST),
  values: Math.min(a.values + b.values, MOST),
});

export type PagedLimits = OperationLimits & { readonly pageSize: number };
type Variables = Readonly<Record<string, unknown>>;

/** The place of a selection set. */
interface Place {
  readonly type: GraphQLNamedType | undefined;
  /** Within a connection, its page size, which is the length of its lists. */
  readonly items: number | null;
  readonly level: number;
}

/** Introspection fields that every query type has. */
const META_FIELDS = new Map(
  [SchemaMetaFieldDef, TypeMetaFieldDef].map((field: GraphQLField<unknown, unknown>) => [field.name, field]),
);

const isIntrospection = (type: GraphQLNamedType | undefined): boolean =>
  type !== undefined && isIntrospectionType(type);
const isPaged = (field: GraphQLField<unknown, unknown>): boolean => field.args.some(({ name }) => name === 'first');

/** Measures one operation. Fragments are measured once per page size of their place. */
class Measurement {
  /** Whether the size depends on a variable. */
  readsVariables = false;
  private readonly fragments = new Map<string, OperationSize>();
  private readonly lists: ReadonlyMap<string, number>;
  private readonly definitions = new Map<string, { readonly set: SelectionSetNode; readonly on: string }>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly variables: Variables,
    private readonly limits: PagedLimits,
  ) {
    this.lists = introspectionLists(schema);
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION)
        this.definitions.set(node.name.value, { set: node.selectionSet, on: node.typeCondition.name.value });
  }

  size(): OperationSize {
    const { operation, schema } = this;
    const type = schema.getRootType(operation.operation) ?? undefined;
    const size = this.ofSet(operation.selectionSet, { type, items: null, level: 1 });
    return { ...size, directives: size.directives + (operation.directives?.length ?? 0) };
  }

  /** Throws OPERATION_TOO_COMPLEX if the selection set is nested too deeply to be measured. */
  private ofSet({ selections }: SelectionSetNode, place: Place): OperationSize {
    assertWithin(this.limits, 'operationDepth', place.level, true);
    const size = selections.reduce((sum, selection) => together(sum, this.ofSelection(selection, place)), NOTHING);
    return { ...size, depth: size.depth + 1 };
  }

  private ofSelection(selection: SelectionNode, place: Place): OperationSize {
    const size = this.withoutDirectives(selection, place);
    return { ...size, directives: Math.min(size.directives + (selection.directives?.length ?? 0), MOST) };
  }

  private withoutDirectives(selection: SelectionNode, place: Place): OperationSize {
    const { type, items, level } = place;
    switch (selection.kind) {
      case Kind.FIELD:
        return this.ofField(selection, place);
      case Kind.FRAGMENT_SPREAD:
        return this.ofFragment(selection.name.value, items, level + 1);
      case Kind.INLINE_FRAGMENT: {
        const { typeCondition, selectionSet } = selection;
        const within = typeCondition ? this.schema.getType(typeCondition.name.value) : type;
        return this.ofSet(selectionSet, { type: within, items, level: level + 1 });
      }
    }
  }

  private ofFragment(name: string, items: number | null, level: number): OperationSize {
    const key = `${items} ${name}`;
    const known = this.fragments.get(key);
    if (known) return known;
    const definition = this.definitions.get(name);
    if (!definition) return NOTHING;
    // GraphQL refuses a fragment that spreads itself.
    this.fragments.set(key, NOTHING);
    const size = this.ofSet(definition.set, { type: this.schema.getType(definition.on), items, level });
    this.fragments.set(key, size);
    return size;
  }

  private ofField(node: FieldNode, place: Place): OperationSize {
    const field = this.fieldOf(node.name.value, place.type);
    const paged = field !== undefined && isPaged(field);
    const child = node.selectionSet
      ? this.ofSet(node.selectionSet, {
          type: field && getNamedType(field.type),
          items: paged ? this.pageSizeOf(node, field) : null,
          level: place.level + 1,
        })
      : NOTHING;
    const isList = field !== undefined && isListType(getNullableType(field.type));
    const times = isList ? this.itemsOf(field, place) : 1;
    return {
      depth: child.depth,
      rootFields: 1,
      fields: Math.min(child.fields + 1, MOST),
      aliases: Math.min(child.aliases + (node.alias ? 1 : 0), MOST),
      directives: child.directives,
      pages: Math.min(times * (child.pages + Number(paged)), MOST),
      nodes: Math.min(times * (child.nodes + Number(isList && place.items !== null)), MOST),
      values: Math.min(times * (child.values + 1), MOST),
    };
  }

  private fieldOf(name: string, type: GraphQLNamedType | undefined): GraphQLField<unknown, unknown> | undefined {
    if (!isObjectType(type)) return undefined;
    return type.getFields()[name] ?? (type === this.schema.getQueryType() ? META_FIELDS.get(name) : undefined);
  }

  /** The items of a list. A list without pages is short, or depends on the data: then its items are counted during execution (counting.ts). */
  private itemsOf({ name }: GraphQLField<unknown, unknown>, { type, items }: Place): number {
    return items ?? (isIntrospection(type) ? this.lists.get(name) : undefined) ?? 1;
  }

  /** The items of a page. A page above the server's limit is refused later. */
  private pageSizeOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    const { pageSize } = this.limits;
    const size = this.given(node) ?? field.args.find(({ name }) => name === 'first')?.defaultValue;
    return Math.max(0, Math.min(typeof size === 'number' ? size : Infinity, pageSize > 0 ? pageSize : Infinity, MOST));
  }

  private given(node: FieldNode): unknown {
    const value = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    this.readsVariables = true;
    const given = this.variables[value.name.value];
    if (given !== undefined) return given;
    const definition = this.operation.variableDefinitions?.find(
      ({ variable }) => variable.name.value === value.name.value,
    );
    return definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : undefined;
  }
}

/** Measures every operation of a document. Returns whether a size depends on a variable. Throws OPERATION_TOO_COMPLEX. */
export function assertSizes(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
  limits: PagedLimits,
): boolean {
  let readsVariables = false;
  assertWithin(limits, 'operationDefinitions', document.definitions.length);
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const measurement = new Measurement(schema, document, node, variables, limits);
    const size = measurement.size();
    readsVariables ||= measurement.readsVariables;
    assertWithin(limits, 'operationDepth', size.depth);
    assertWithin(limits, 'operationRootFields', size.rootFields);
    assertWithin(limits, 'operationFields', size.fields);
    assertWithin(limits, 'operationAliases', size.aliases);
    assertWithin(limits, 'operationDirectives', size.directives);
    assertWithin(limits, 'operationNodes', size.nodes);
    assertWithin(limits, 'operationPages', size.pages);
    assertWithin(limits, 'operationValues', Math.ceil(size.values));
  }
  return readsVariables;
}
