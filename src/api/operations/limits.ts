/** Limits for a GraphQL operation, which are checked before any of its work starts. 0 means no limit. */
import { CallError } from '../../errors';

export interface OperationLimits {
  /** Tokens and comments of the document. */
  readonly operationTokens: number;
  /** Operations and fragments of the document. */
  readonly operationDefinitions: number;
  /** Selection sets within each other, including those of fragments. */
  readonly operationDepth: number;
  /** Fields, each counted as often as fragments spread it. */
  readonly operationFields: number;
  /** Fields of `Query` or `Mutation`. */
  readonly operationRootFields: number;
  readonly operationAliases: number;
  readonly operationDirectives: number;
  /** Pages that nested connections can read. */
  readonly operationPages: number;
  /** Items that nested pages can contain: the products of the page sizes, added up. */
  readonly operationNodes: number;
  /** Fields of the answer: each field as often as it can occur in the items of pages. */
  readonly operationValues: number;
  /** Items of lists in variables, except rows and what JSON contains. */
  readonly operationListItems: number;
  /** Values of the JSON of a request. */
  readonly requestValues: number;
  /** Lists and objects within each other, in the variables and in values within the document. */
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

/** Values of a row with 100 fields, and some that are nested in them. */
const VALUES_PER_ROW = 150;

/** The `requestValues` of a server that accepts so many rows in a call: large calls are as legal as it says. */
export const requestValuesFor = (rowsPerCall: number): number =>
  rowsPerCall === 0 ? 0 : Math.max(DEFAULT_OPERATION_LIMITS.requestValues, rowsPerCall * VALUES_PER_ROW);

interface LimitText {
  /** What is counted, as the end of "The operation has 12 …". */
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

/** Whole numbers are told exactly as long as they are not larger than this. */
const LARGEST_TOLD = 1e9;

const grouped = (count: number): string => count.toLocaleString('en-US');

/** Throws OPERATION_TOO_COMPLEX if a count exceeds its limit. `isLeast`: counting stopped there. */
export function assertWithin<Name extends keyof OperationLimits>(
  limits: Pick<OperationLimits, Name>,
  name: Name,
  count: number,
  isLeast = false,
): void {
  const most: number = limits[name];
  if (most === 0 || count <= most) return;
  const { noun, advice } = TEXTS[name];
  const isExact = !isLeast && count <= LARGEST_TOLD;
  const told = isExact ? grouped(count) : `more than ${grouped(Math.min(isLeast ? most : LARGEST_TOLD, count))}`;
  throw new CallError(
    'OPERATION_TOO_COMPLEX',
    `The operation has ${told} ${noun}, and the limit is ${grouped(most)} (${name}). ${advice}`,
  );
}
