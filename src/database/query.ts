/** Reading statements, and the type of their rows. */
import type { Knex } from 'knex';

/** Runs a statement that returns rows. Each `?` is a binding. */
export type Query = <T>(sql: string, bindings?: readonly Knex.RawBinding[]) => Promise<T[]>;

/** A placeholder for each value. */
export const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');
