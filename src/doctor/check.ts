/** A check of a database: what it looks at, and what it finds. */
import type { Counter, Database } from '../database';
import type { Model, ModelCatalog } from '../models';
import type { Severity } from '../problems';

/** One thing that is wrong. */
export interface Finding {
  readonly severity: Severity;
  /** What is wrong, as a sentence. */
  readonly problem: string;
  /** What to do, as a sentence. */
  readonly advice: string;
  /** How many rows, mappings or settings are concerned. */
  readonly count: number;
  /** A few of them. */
  readonly examples: readonly string[];
}

/** The database that is checked. Nothing of it is written. */
export interface Patient {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  /** Models whose objects can be read, and told apart by an id. */
  readonly readable: readonly Model[];
  /** What the database counts up, of the models' tables and of nsync's own. */
  readonly counters: readonly Counter[];
}

export interface Check {
  readonly name: string;
  /** What it checks, for people. */
  readonly about: string;
  /** It reads nsync's own tables, and cannot do so if they are missing or out of date. */
  readonly needsOwnTables: boolean;
  examine(patient: Patient): Promise<readonly Finding[]>;
}

/** As many examples as people can compare. */
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

/** The counter of a model's id; undefined if the database does not count it. */
export const idCounter = ({ counters }: Patient, { table, idFields }: Model): Counter | undefined =>
  idFields.length === 1
    ? counters.find((counter) => counter.table === table.name && counter.column === idFields[0]?.column.name)
    : undefined;
