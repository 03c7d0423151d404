/** Limits on a GraphQL operation, which are checked before any of its work starts. 0 means no limit. */
import { CallError } from '../../errors';

export interface OperationLimits {
  /** Tokens and comments in the document. */
  readonly operationTokens: number;
  /** Operations and fragments in the document. */
  readonly operationDefinitions: number;
  /** Nested selection sets, including those of fragments. */
  readonly operationDepth: number;
  /** Fields, each counted once per spread of its fragment. */
  readonly operationFields: number;
  /** Fields of `Query` or `Mutation`. */
  readonly operationRootFields: number;
  readonly operationAliases: number;
  readonly operationDirectives: number;
  /** Pages that nested connections can read. */
  readonly operationPages: number;
  /** Items that nested pages can contain: the sum of the products of their page sizes. */
  readonly operationNodes: number;
  /** Fields of the response: each field counted as often as it can occur in the items of pages. */
  readonly operationValues: number;
  /** Items of lists in variables, without rows and without the contents of JSON values. */
  readonly operationListItems: number;
  /** Values in the JSON of a request. */
  readonly requestValues: number;
  /** Nested lists and objects, in variables and in values in the document. */
  readonly valueDepth: number;
}

export const DEFAULT_OPERATION_LIMITS: OperationLimits = {
  operationTokens: 150_000,
  operationDefinitions: 200,
  operationDepth: 30,
  operationFields: 2000,
  operationRootFields: 50,
  operationAliases: 100,
  operationDirectives: 100,
  operationNodes: 20_000,
  operationPages: 2000,
  operationValues: 250_000,
  operationListItems: 100_000,
  requestValues: 1_500_000,
  valueDepth: 600,
};

/** The values of a row with 100 fields, including some nested ones. */
const VALUES_PER_ROW = 150;

/** The `requestValues` for a server with this `rowsPerCall`, so that a call with the most rows is accepted. */
export const requestValuesFor = (rowsPerCall: number): number =>
  rowsPerCall === 0 ? 0 : Math.max(DEFAULT_OPERATION_LIMITS.requestValues, rowsPerCall * VALUES_PER_ROW);

interface LimitText {
  /** The counted things, as the end of "The operation has 12 …". */
  readonly noun: string;
  readonly advice: string;
}

const SPLIT = 'Send several operations instead.';
const SMALLER_PAGES = 'Ask for smaller pages (first), or for fewer levels of lists.';

const TEXTS: Readonly<Record<keyof OperationLimits, LimitText>> = {
  operationTokens: { noun: 'tokens and comments', advice: 'Send rows and long texts as variables.' },
  operationDefinitions: { noun: 'operations and fragments', advice: SPLIT },
  operationDepth: { noun: 'levels of fields and fragments', advice: 'Select fewer levels.' },
  operationFields: { noun: 'fields', advice: SPLIT },
  operationRootFields: { noun: 'fields at its top level', advice: SPLIT },
  operationAliases: { noun: 'aliases', advice: SPLIT },
  operationDirectives: { noun: 'directives', advice: SPLIT },
  operationPages: { noun: 'pages to read', advice: SMALLER_PAGES },
  operationNodes: { noun: 'objects to read', advice: SMALLER_PAGES },
  operationValues: { noun: 'values to read', advice: SMALLER_PAGES },
  operationListItems: { noun: 'items of lists in its variables', advice: SPLIT },
  requestValues: { noun: 'values in the JSON of its request', advice: 'Send fewer rows in a call, or upload a file.' },
  valueDepth: { noun: 'levels of lists and objects in its values', advice: 'Send flatter values.' },
};

/** Larger numbers are not shown exactly. */
const LARGEST_EXACT = 1e9;

const grouped = (count: number): string => count.toLocaleString('en-US');

/** Throws OPERATION_TOO_COMPLEX if a count exceeds its limit. `isLeast`: counting stopped at `count`. */
export function assertWithin<Name extends keyof OperationLimits>(
  limits: Pick<OperationLimits, Name>,
  name: Name,
  count: number,
  isLeast = false,
): void {
  const most: number = limits[name];
  if (most === 0 || count <= most) return;
  const { noun, advice } = TEXTS[name];
  const isExact = !isLeast && count <= LARGEST_EXACT;
  const shown = isExact ? grouped(count) : `more than ${grouped(Math.min(isLeast ? most : LARGEST_EXACT, count))}`;
  throw new CallError(
    'OPERATION_TOO_COMPLEX',
    `The operation has ${shown} ${noun}, and the limit is ${grouped(most)} (${name}). ${advice}`,
  );
}
