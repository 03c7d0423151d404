/** MySQL and MariaDB. */
import type { Dialect } from '../dialect';
import { escapeMarks, quoteTable } from '../quoting';
import { listTables, readCatalog } from './catalog';
import { clusterLocks } from './clusterLocks';
import { classify } from './collations';
import { quoteForKnex, selected } from './columns';
import { prefixedCondition, selectAmong, tupleCondition } from './conditions';
import { connect, connectTimedReader, readUrl, whyNoDatabase } from './connections';
import { diagnosis } from './diagnosis';
import { tablesWithoutTransactions } from './engines';
import { explainFailure } from './failures';
import { insertRows } from './inserts';
import { alone, beginSync } from './locks';
import { objectIdEquals } from './objectIds';
import { queryOf } from './query';
import { lackedRights } from './rights';
import { moveSequence } from './sequences';
import { tableSizes } from './sizes';
import { updateRows } from './updates';
import { bind } from './values';

export const mysql: Dialect = {
  name: 'mysql',
  urlSchemes: ['mysql:', 'mariadb:'],
  urlExamples: ['mysql://…', 'mariadb://…'],
  readUrl,
  whyNoDatabase,
  knexDrivers: [{ name: 'mysql2' }, { name: 'mysql' }],
  connect,
  connectTimedReader,

  locksRows: true,
  clusterLocks,
  savepointsNest: false,
  supportsReturning: false,
  usesUpNumbers: true,
  strictUpdate: 'UPDATE',

  clock: 'UTC_TIMESTAMP(3)',
  secondsSince: (column) => `(TIMESTAMPDIFF(MICROSECOND, ${column}, UTC_TIMESTAMP(3)) / 1000000)`,
  countedKey: 'int NOT NULL AUTO_INCREMENT PRIMARY KEY',

  listTables,
  readCatalog,
  tablesWithoutTransactions,
  lackedRights,
  tableSizes,
  diagnosis,

  columnName: ({ name }) => quoteForKnex(name),
  tableName: (table) => quoteTable(quoteForKnex, table),
  selectColumn: (column) => escapeMarks(selected(column)),
  queryOf,
  bind,
  tupleCondition,
  prefixedCondition,
  selectAmong,
  objectIdEquals,
  classify,

  keepsIds: true,
  insertRows,
  updateRows,
  moveSequence,

  alone,
  beginSync,
  explainFailure,
};
