/** What a database tells of its own state: it only reads. */
import type { Knex } from 'knex';
import type { Severity } from '../problems';
import type { TableInfo } from './catalog';

/** A column that the database counts up for new rows. */
export interface Counter {
  readonly table: string;
  readonly column: string;
  /** The number that the next row receives, as far as the database tells. */
  readonly next: bigint;
  /** The largest number in the column; null if the table is empty. */
  readonly greatest: bigint | null;
  /** The largest number that the column can receive. */
  readonly last: bigint;
  /** The number of a row that was deleted can be given again, without anybody having changed the counter. */
  readonly givesAgain: boolean;
  /** The statement that moves the counter behind the largest number; null if the database never falls behind. */
  readonly repair: string | null;
}

/** Something about the database, its settings or its files that makes syncs fail, or may do so. */
export interface Condition {
  readonly severity: Severity;
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** What to do, as a sentence. */
  readonly advice: string;
  readonly count?: number;
  readonly examples?: readonly string[];
}

export interface Diagnosis {
  /** The counters of tables; columns without one, and those that the user may not read, are left out. */
  counters(knex: Knex, tables: readonly TableInfo[]): Promise<readonly Counter[]>;
  conditions(knex: Knex): Promise<readonly Condition[]>;
}

/** What no database may lack: connections for one server. */
export const tooFewConnections = (most: number, needed: number, where: string): Condition => ({
  severity: 'WARNING',
  problem: `The database allows ${most} connections (${where}), and a server opens up to ${needed}.`,
  advice: `Raise the limit to ${needed} for each server, plus the connections of your other programs.`,
});
