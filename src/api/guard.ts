/** Refuses an operation before any of its resolvers runs, if the caller lacks the scope for one of its fields. */
import {
  type FragmentDefinitionNode,
  getDirectiveValues,
  getNamedType,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Access } from '../access';
import { Attachment } from '../attachment';
import { CallError } from '../errors';
import { missingScope, ruleOf } from './fieldRules';

interface Guarded {
  readonly viewer: { readonly access: Access };
}

function assertField(type: string, field: string, access: Access): void {
  const rule = ruleOf(type, field);
  // A stitched schema contains fields that are not nsync's.
  const scope = rule && missingScope(rule, access);
  if (scope) throw new CallError('FORBIDDEN', `${type}.${field} requires the scope ${scope}.`);
}

/** Checks all fields of an operation. */
class OperationGuard {
  /** Fragments that were checked, together with the type that they were spread on. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly info: Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues'>,
    private readonly access: Access,
  ) {}

  assertAll({ selections }: SelectionSetNode, type: GraphQLObjectType): void {
    for (const selection of selections) if (this.isAsked(selection)) this.assertOne(selection, type);
  }

  private isAsked(selection: SelectionNode): boolean {
    if (!selection.directives?.length) return true;
    const { variableValues } = this.info;
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues);
    return skip?.if !== true && include?.if !== false;
  }

  private assertOne(selection: SelectionNode, type: GraphQLObjectType): void {
    if (selection.kind === Kind.INLINE_FRAGMENT) this.assertAll(selection.selectionSet, type);
    else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const key = `${type.name} ${selection.name.value}`;
      const fragment: FragmentDefinitionNode | undefined = this.info.fragments[selection.name.value];
      if (!fragment || this.seen.has(key)) return;
      this.seen.add(key);
      this.assertAll(fragment.selectionSet, type);
    } else {
      const field = type.getFields()[selection.name.value];
      if (!field) return;
      assertField(type.name, field.name, this.access);
      const next = getNamedType(field.type);
      if (selection.selectionSet && isObjectType(next)) this.assertAll(selection.selectionSet, next);
    }
  }
}

/** Results of checked operations by context, because each root field starts the same check. */
const refusals = new Attachment<object, Map<unknown, unknown>>('checked operations');

function assertOperation(context: Guarded, info: GraphQLResolveInfo): void {
  let known = refusals.of(context);
  if (!known) refusals.attach(context, (known = new Map<unknown, unknown>()));
  if (!known.has(info.operation)) {
    let refusal: unknown = null;
    try {
      new OperationGuard(info, context.viewer.access).assertAll(info.operation.selectionSet, info.parentType);
    } catch (error) {
      refusal = error;
    }
    known.set(info.operation, refusal);
  }
  const refusal = known.get(info.operation);
  if (refusal !== null) throw refusal as Error;
}

type Resolver = NonNullable<GraphQLField<unknown, Guarded>['resolve']>;

/** Makes the schema check every operation as a whole, and each guarded field again on its own. Throws for a field without a rule. */
export function guardFields(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isRoot = roots.includes(type);
    for (const field of Object.values(type.getFields())) {
      const rule = ruleOf(type.name, field.name);
      if (rule === undefined) throw new Error(`${type.name}.${field.name} has no rule that says who may ask for it`);
      const { resolve, subscribe } = field;
      if (!isRoot && rule === 'any') continue;
      const guarded =
        (work: Resolver): Resolver =>
        (source, args, context, info) => {
          if (isRoot) assertOperation(context, info);
          assertField(type.name, field.name, context.viewer.access);
          return work(source, args, context, info);
        };
      if (resolve) field.resolve = guarded(resolve);
      if (subscribe) field.subscribe = guarded(subscribe);
    }
  }
  return schema;
}
