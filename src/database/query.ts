/** Statements that read, and the rows that they find. */
import type { Knex } from 'knex';

/** Runs a statement of knex: each `?` is a binding. */
export type Query = <T>(sql: string, bindings?: readonly Knex.RawBinding[]) => Promise<T[]>;

/** A placeholder for each value. */
export const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');
