/** The types of checks and their findings. */
import type { Counter, Database } from '../database';
import type { Model, ModelCatalog } from '../models';
import type { Severity } from '../problems';

/** One problem that a check found. */
export interface Finding {
  readonly severity: Severity;
  /** The problem, as a sentence. */
  readonly problem: string;
  /** The remedy, as a sentence. */
  readonly advice: string;
  /** The number of affected rows, mappings or settings. */
  readonly count: number;
  /** A few of the affected items. */
  readonly examples: readonly string[];
}

/** The database that is checked. Checks write nothing. */
export interface Patient {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  /** Models whose objects can be read and have an id. */
  readonly readable: readonly Model[];
  /** The counters of the models' tables and of nsync's own tables. */
  readonly counters: readonly Counter[];
}

export interface Check {
  readonly name: string;
  /** The condition that the check verifies, for people. */
  readonly about: string;
  /** The check reads nsync's own tables, so it is skipped if these are missing or out of date. */
  readonly needsOwnTables: boolean;
  examine(patient: Patient): Promise<readonly Finding[]>;
}

/** The most examples per finding. */
export const EXAMPLES = 3;

export const error = (problem: string, advice: string, count = 1, examples: readonly string[] = []): Finding => ({
  severity: 'ERROR',
  problem,
  advice,
  count,
  examples,
});

export const warning = (problem: string, advice: string, count = 1, examples: readonly string[] = []): Finding => ({
  ...error(problem, advice, count, examples),
  severity: 'WARNING',
});

/** The counter of a model's id; undefined if the database does not number it. */
export const idCounter = ({ counters }: Patient, { table, idFields }: Model): Counter | undefined =>
  idFields.length === 1
    ? counters.find((counter) => counter.table === table.name && counter.column === idFields[0]?.column.name)
    : undefined;
