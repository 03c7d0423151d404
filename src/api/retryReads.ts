/** Retries reads while the database is unavailable, as syncs do (R44). */
import { type GraphQLSchema, isObjectType } from 'graphql';
import { retrying, transientOutage } from '../database';
import type { ApiContext } from './context';

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

/** Makes every field, except those of mutations, repeat its read after a transient failure. */
export function retryReads(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || type === schema.getMutationType()) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve) continue;
      field.resolve = (source, args, context: ApiContext, info) => {
        const read = (): unknown => resolve(source, args, context, info);
        const { dialect } = context.database;
        const value = read();
        if (!isPromise(value)) return value;
        return value.catch((error: unknown) => {
          if (!transientOutage(dialect, error)) throw error;
          // The first attempt rethrows the known failure. An error that `retrying` has already given up on is not retried again.
          return retrying(dialect, (attempt) =>
            attempt === 1 ? Promise.reject(error as Error) : Promise.resolve(read()),
          );
        });
      };
    }
  }
  return schema;
}
