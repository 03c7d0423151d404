/** Scalars of the schema. */
import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { GraphQLUpload } from 'graphql-upload-minimal';

const described = (scalar: GraphQLScalarType, description: string): GraphQLScalarType =>
  new GraphQLScalarType({ ...scalar.toConfig(), description, extensions: {} });

export const DateTime = described(GraphQLDateTime, 'A point in time, RFC 3339: `2026-01-31T08:05:00.000Z`.');
export const Json = described(GraphQLJSON, 'Any JSON value.');
export const JsonObject = described(GraphQLJSONObject, 'A JSON object: `{"first_name": "Bruce"}`.');
export const Upload = described(
  GraphQLUpload,
  'A file, sent by the GraphQL multipart request specification (with the header `Apollo-Require-Preflight: true`).',
);
