/** Scalars of the schema. */
import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { SpooledFile } from '../csv';

const described = (scalar: GraphQLScalarType, description: string): GraphQLScalarType =>
  new GraphQLScalarType({ ...scalar.toConfig(), description, extensions: {} });

export const DateTime = described(GraphQLDateTime, 'A point in time, RFC 3339: `2026-01-31T08:05:00.000Z`.');
export const Json = described(GraphQLJSON, 'Any JSON value.');
export const JsonObject = described(GraphQLJSONObject, 'A JSON object: `{"first_name": "Bruce"}`.');

/** Throws for a value that is not a file of a multipart request. */
function noFile(): never {
  throw new GraphQLError('An Upload must be a file of a multipart request, passed as a variable.');
}

export const Upload = new GraphQLScalarType({
  name: 'Upload',
  description:
    'A file, sent by the GraphQL multipart request specification (with the header `Apollo-Require-Preflight: true`).',
  parseValue: (value) => (value instanceof SpooledFile ? value : noFile()),
  parseLiteral: noFile,
  serialize: noFile,
});
