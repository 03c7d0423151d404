/** PostgreSQL. */
import type { Dialect } from '../dialect';
import { quoteTable } from '../quoting';
import { listTables, readCatalog } from './catalog';
import { classify } from './collations';
import { quoteForKnex, selected } from './columns';
import { prefixedCondition, selectAmong, tupleCondition } from './conditions';
import { connect, connectTimedReader, readUrl, whyNoDatabase } from './connections';
import { diagnosis } from './diagnosis';
import { explainFailure } from './failures';
import { insertRows } from './inserts';
import { alone, beginSync } from './locks';
import { objectIdEquals } from './objectIds';
import { queryOf } from './query';
import { lackedRights } from './rights';
import { moveSequence, reserveIds } from './sequences';
import { tableSizes } from './sizes';
import { spell } from './spellings';
import { unchangedProbe } from './unchangedProbe';
import { updateRows } from './updates';
import { bind } from './values';

export const postgres: Dialect = {
  name: 'postgres',
  urlSchemes: ['postgres:', 'postgresql:'],
  urlExamples: ['postgres://…'],
  readUrl,
  whyNoDatabase,
  knexDrivers: [{ name: 'pg' }],
  connect,
  connectTimedReader,

  locksRows: true,
  savepointsNest: true,
  supportsReturning: true,
  usesUpNumbers: true,
  strictUpdate: 'UPDATE',

  clock: 'clock_timestamp()',
  secondsSince: (column) => `EXTRACT(EPOCH FROM clock_timestamp() - ${column})::float8`,
  countedKey: 'serial primary key',

  listTables,
  readCatalog,
  lackedRights,
  tableSizes,
  diagnosis,

  columnName: ({ name }) => quoteForKnex(name),
  tableName: (table) => quoteTable(quoteForKnex, table),
  selectColumn: (column) => selected(column),
  queryOf,
  bind,
  tupleCondition,
  prefixedCondition,
  selectAmong,
  unchangedProbe,
  objectIdEquals,
  classify,
  spell,

  insertRows,
  reserveIds,
  updateRows,
  moveSequence,

  alone,
  beginSync,
  explainFailure,
};
