/** SQLite. */
import type { Dialect } from '../dialect';
import { escapeMarks, quoteTable } from '../quoting';
import { listTables, readCatalog } from './catalog';
import { classify } from './collations';
import { quoteForKnex, selected } from './columns';
import { prefixedCondition, tupleCondition } from './conditions';
import {
  connect,
  connectMonitor,
  connectReader,
  connectTimedReader,
  filePath,
  readUrl,
  whyNoDatabase,
} from './connections';
import { deferredKeys } from './deferredKeys';
import { diagnosis } from './diagnosis';
import { explainFailure } from './failures';
import { insertRows } from './inserts';
import { alone, beginSync } from './locks';
import { objectIdEquals } from './objectIds';
import { queryOf } from './query';
import { fileBytes, tableSizes } from './sizes';
import { unchangedProbe } from './unchangedProbe';
import { updateRows } from './updates';
import { bind } from './values';

export const sqlite: Dialect = {
  name: 'sqlite',
  urlSchemes: ['sqlite:'],
  urlExamples: ['sqlite:PATH'],
  readUrl,
  whyNoDatabase,
  filePath,
  knexDrivers: [{ name: 'better-sqlite3' }, { name: 'sqlite3', hasOtherConnections: true }],
  connect,
  connectReader,
  connectTimedReader,
  connectMonitor,

  locksRows: false,
  savepointsNest: true,
  supportsReturning: true,
  usesUpNumbers: false,
  strictUpdate: 'UPDATE OR ABORT',

  clock: "strftime('%Y-%m-%d %H:%M:%f', 'now')",
  secondsSince: (column) => `((julianday('now') - julianday(${column})) * 86400)`,
  countedKey: 'integer not null primary key autoincrement',

  listTables,
  readCatalog,
  tableSizes,
  fileBytes,
  diagnosis,

  columnName: ({ name }) => quoteForKnex(name),
  tableName: (table) => quoteTable(quoteForKnex, table),
  selectColumn: (column) => escapeMarks(selected(column)),
  queryOf,
  bind,
  tupleCondition,
  prefixedCondition,
  unchangedProbe,
  objectIdEquals,
  classify,

  insertRows,
  updateRows,
  deferredKeys,

  alone,
  beginSync,
  explainFailure,
};
