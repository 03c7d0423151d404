/** The limits that a server has for its clients. */
import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'The limits for clients. 0 means no limit.' })
export class Limits {
  @Field(() => Int, { description: 'The maximum number of rows of a `syncRows` call.' })
  rowsPerCall!: number;

  @Field(() => Float, { description: 'The maximum size of a request body, in bytes.' })
  bodyBytes!: number;

  @Field(() => Float, { description: 'The maximum size of an uploaded file, in bytes.' })
  uploadBytes!: number;

  @Field(() => Float, { description: 'The maximum size of an unpacked gzip file, in bytes.' })
  unpackedBytes!: number;

  @Field(() => Int, { description: 'The maximum number of items of a page.' })
  pageSize!: number;

  @Field(() => Int, { description: 'The maximum number of requests of a caller per minute.' })
  callsPerMinute!: number;

  @Field(() => Int, { description: 'The maximum number of requests of an address per minute whose token is refused.' })
  failedAuthenticationsPerMinute!: number;

  @Field(() => Int, { description: 'The maximum number of runs of a caller at a time, including runs that wait.' })
  runsPerCaller!: number;

  @Field(() => Int, { description: 'The maximum number of runs of a server at a time, including runs that wait.' })
  runsPerServer!: number;

  @Field(() => Int, { description: 'The maximum number of open subscriptions of a caller.' })
  subscriptionsPerCaller!: number;

  @Field(() => Int, { description: 'The maximum number of requests with files that a server processes at a time.' })
  uploadsPerServer!: number;

  @Field(() => Float, { description: 'The maximum size of all files that a server processes at a time, in bytes.' })
  uploadedBytesPerServer!: number;

  @Field(() => Float, {
    description: 'The maximum size of all request bodies that a server processes at a time, without files, in bytes.',
  })
  bodyBytesPerServer!: number;

  @Field(() => Int, { description: 'The maximum time of a read in the database, in seconds.' })
  readSeconds!: number;

  @Field(() => Int, { description: 'The maximum number of tokens and comments of a GraphQL document.' })
  operationTokens!: number;

  @Field(() => Int, { description: 'The maximum number of operations and fragments of a GraphQL document.' })
  operationDefinitions!: number;

  @Field(() => Int, { description: 'The maximum number of nested levels of fields and fragments.' })
  operationDepth!: number;

  @Field(() => Int, { description: 'The maximum number of fields, each counted as often as fragments repeat it.' })
  operationFields!: number;

  @Field(() => Int, { description: 'The maximum number of fields of `Query` or `Mutation` in an operation.' })
  operationRootFields!: number;

  @Field(() => Int, { description: 'The maximum number of aliases in an operation.' })
  operationAliases!: number;

  @Field(() => Int, { description: 'The maximum number of directives in an operation.' })
  operationDirectives!: number;

  @Field(() => Int, { description: 'The maximum number of pages that an operation can read.' })
  operationPages!: number;

  @Field(() => Int, {
    description:
      'The maximum number of objects that an operation can read. Page sizes of nested lists are multiplied: 50 systems with 100 mappings each are about 5,000 objects.',
  })
  operationNodes!: number;

  @Field(() => Int, {
    description: 'The maximum number of values that an operation can read: its fields, multiplied by the page sizes.',
  })
  operationValues!: number;

  @Field(() => Int, {
    description:
      'The maximum number of items of lists in the variables of an operation, except rows and the content of JSON values.',
  })
  operationListItems!: number;

  @Field(() => Float, {
    description: 'The maximum number of values in the JSON of a request. A higher `rowsPerCall` raises it.',
  })
  requestValues!: number;

  @Field(() => Int, {
    description: 'The maximum number of nested levels of lists and objects in variables and arguments.',
  })
  valueDepth!: number;

  @Field(() => Int, {
    description: 'The maximum number of different columns of a file, or of the rows of a call. Inline objects count.',
  })
  columns!: number;

  @Field(() => Int, { description: 'The maximum length of the name of a column, in characters.' })
  columnNameLength!: number;

  @Field(() => Int, { description: 'The maximum number of relations in the path of a reference.' })
  referenceHops!: number;

  @Field(() => Int, { description: 'The maximum number of objects that a row names for one to-many relation.' })
  targetsPerRow!: number;

  @Field(() => Int, { description: 'The maximum length of a `match_on`, in characters.' })
  matchLength!: number;

  @Field(() => Int, { description: 'The maximum number of names and operators in a `match_on`.' })
  matchTerms!: number;

  @Field(() => Int, {
    description:
      'The maximum number of alternatives in a `match_on`: `a b | c d | &` has four, because either name of the first pair goes with either name of the second.',
  })
  matchAlternatives!: number;

  @Field(() => Int, { description: 'The maximum number of files of a `syncCsvFiles` call.' })
  filesPerCall!: number;

  @Field(() => Int, { description: 'The maximum number of problems that the outcome of a row lists.' })
  problemsPerRow!: number;

  @Field(() => Int, { description: 'The maximum number of problem groups of a run.' })
  problemGroups!: number;
}
