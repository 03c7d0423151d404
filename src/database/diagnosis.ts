/** Reads the state of a database for `nsync doctor`, and writes nothing. */
import type { Knex } from 'knex';
import type { Severity } from '../problems';
import type { TableInfo } from './catalog';

/** A column that the database numbers for new rows. */
export interface Counter {
  readonly table: string;
  readonly column: string;
  /** The number of the next row, as far as the database shows. */
  readonly next: bigint;
  /** The largest number in the column; null if the table is empty. */
  readonly greatest: bigint | null;
  /** The largest number that the column can receive. */
  readonly last: bigint;
  /** Whether the number of a deleted row can be used again, although nobody changed the counter. */
  readonly reusesNumbers: boolean;
  /** The statement that moves the counter past the largest number. Null if the counter is never behind. */
  readonly repair: string | null;
}

/** A fault of the database, its settings or its files that makes syncs fail, or may do so. */
export interface Condition {
  readonly severity: Severity;
  /** The fault, as a sentence. */
  readonly problem: string;
  /** The remedy, as a sentence. */
  readonly advice: string;
  readonly count?: number;
  readonly examples?: readonly string[];
}

export interface Diagnosis {
  /** The counters of tables. Omits columns without a counter, and counters that the user may not read. */
  counters(knex: Knex, tables: readonly TableInfo[]): Promise<readonly Counter[]>;
  conditions(knex: Knex): Promise<readonly Condition[]>;
}

/** The fault that a server allows too few connections. */
export const tooFewConnections = (most: number, needed: number, where: string): Condition => ({
  severity: 'WARNING',
  problem: `The database allows ${most} connections (${where}), and a server opens up to ${needed}.`,
  advice: `Raise the limit to ${needed} for each server, plus the connections of your other programs.`,
});
