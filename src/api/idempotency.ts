/** The idempotency key of a sync: in its input, or in the header of the request (R49). */
import { type GraphQLResolveInfo, getDirectiveValues, GraphQLIncludeDirective, GraphQLSkipDirective, Kind, type SelectionNode, type SelectionSetNode } from 'graphql'; // prettier-ignore
import { CallError } from '../errors';
import { assertIdempotencyKey } from '../records';

type Operation = Pick<GraphQLResolveInfo, 'operation' | 'fragments' | 'variableValues'>;

const SYNCS = ['syncRows', 'syncCsv', 'syncCsvFiles'];

/** A header may be written as a string of structured fields (RFC 8941): in quotes, with escapes. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/** The key in the header `Idempotency-Key`; null if the request has none. */
export function keyInHeader(header: string | undefined): string | null {
  if (header === undefined) return null;
  return QUOTED.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1') ?? header;
}

/** How many syncs an operation has; a field that stands in it several times is one. */
function syncsOf({ operation, fragments, variableValues }: Operation): number {
  const answered = new Set<string>();
  const isAsked = (selection: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.if !== false;
  const add = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections.filter(isAsked) ?? [])
      if (selection.kind === Kind.FRAGMENT_SPREAD) add(fragments[selection.name.value]?.selectionSet);
      else if (selection.kind === Kind.INLINE_FRAGMENT) add(selection.selectionSet);
      else if (SYNCS.includes(selection.name.value)) answered.add((selection.alias ?? selection.name).value);
  };
  add(operation.selectionSet);
  return answered.size;
}

/** The key of a sync; null if it has none. Throws BAD_USER_INPUT. */
export function idempotencyKeyOf(
  { idempotencyKey }: { readonly idempotencyKey?: string | null },
  { keyInHeader: header }: { readonly keyInHeader: string | null },
  operation: Operation,
): string | null {
  const given = idempotencyKey ?? null;
  if (header !== null && syncsOf(operation) > 1)
    throw new CallError(
      'BAD_USER_INPUT',
      'The header Idempotency-Key belongs to one sync, but the operation has several. Give each of them an idempotencyKey of its own, or send them one by one.',
    );
  if (header !== null && given !== null && header !== given)
    throw new CallError(
      'BAD_USER_INPUT',
      'The header Idempotency-Key and the idempotencyKey of the input differ. Give one of them, or the same key in both.',
    );
  const key = given ?? header;
  return key === null ? null : assertIdempotencyKey(key);
}
