/** Reads wait for a database that is away, as syncs do (R44). */
import { type GraphQLSchema, isObjectType } from 'graphql';
import { retrying, transientOutage } from '../database';
import type { ApiContext } from './context';

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

/** Has every field but those of mutations read again after a failure that may pass. */
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
          // The failure is the first attempt's: what has been waited for in vain is not read again.
          return retrying(dialect, (attempt) =>
            attempt === 1 ? Promise.reject(error as Error) : Promise.resolve(read()),
          );
        });
      };
    }
  }
  return schema;
}
