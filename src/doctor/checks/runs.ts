/** Runs whose process is gone, and records that are too large. */
import { type Database, existingMonitor, ownSizes, type TableSize } from '../../database';
import { deadRuns } from '../../records';
import { counted, listed } from '../../wording';
import { type Check, EXAMPLES, type Finding, warning } from '../check';

async function silent(database: Database): Promise<Finding[]> {
  const dead = await deadRuns(database, existingMonitor);
  if (dead.length === 0) return [];
  return [
    warning(
      `${counted(dead.length, 'run')} with the status RUNNING gave no sign of life for too long.`,
      'Start a server, or sync a file: it marks these runs as INTERRUPTED. Then send their rows again.',
      dead.length,
      dead.slice(0, EXAMPLES).map(({ id, heardAt }) => `run ${id}, last sign of life ${heardAt.toISOString()}`),
    ),
  ];
}

/** The same limit as in the alert NsyncTablesLarge. */
const MOST_ROWS = 100_000_000;
const GIGABYTE = 1_000_000_000;
const MOST_GIGABYTES = 100;

const isLarge = ({ rows, bytes }: TableSize): boolean =>
  (rows ?? 0) > MOST_ROWS || (bytes ?? 0) > MOST_GIGABYTES * GIGABYTE;

const sizeOf = ({ table, rows, bytes }: TableSize): string =>
  `${table}: ${[
    ...(rows === null ? [] : [`about ${rows.toLocaleString('en')} rows`]),
    ...(bytes === null ? [] : [`${Math.round(bytes / GIGABYTE).toLocaleString('en')} GB`]),
  ].join(', ')}`;

async function large(database: Database): Promise<Finding[]> {
  const found = (await ownSizes(database)).tables.filter(isLarge);
  if (found.length === 0) return [];
  return [
    warning(
      `nsync's own tables are very large: ${listed(found.map(({ table }) => table))}.`,
      'Remove old runs: nsync prune --older-than 90, or NSYNC_KEEP_RUNS_DAYS.',
      found.length,
      found.slice(0, EXAMPLES).map(sizeOf),
    ),
  ];
}

export const runs: Check = {
  name: 'runs',
  about: 'no run has lost its process, and the records of runs are not too large',
  needsOwnTables: true,
  examine: async ({ database }) => [...(await silent(database)), ...(await large(database))],
};
