/** PostgreSQL. */
import type { Dialect } from '../dialect';
import { listTables, readCatalog } from './catalog';
import { classify } from './collations';
import { quoteForKnex, selected } from './columns';
import { joinAmong, prefixedCondition, tupleCondition } from './conditions';
import { connect, connectTimedReader, readUrl, whyNoDatabase } from './connections';
import { diagnosis } from './diagnosis';
import { explainFailure } from './failures';
import { insertRows } from './inserts';
import { alone, beginSync } from './locks';
import { objectIdEquals } from './objectIds';
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
  selectColumn: (knex, column) => knex.raw(selected(column)),
  bind,
  tupleCondition,
  prefixedCondition,
  joinAmong,
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
