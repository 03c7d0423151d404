/** R44: what a call of one row costs the database, counted at the driver. */
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { SyncEngine, type SyncResult } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { type DriverCounts, DriverStatements } from '../support/driverStatements';
import { requestOf } from '../support/tagRuns';

type Cost = Pick<DriverCounts, 'statements' | 'roundTrips'>;

const CALLS = 30;

/**
 * Statements and round trips of a call, BEGIN and COMMIT included: for a new row, and for an unchanged one. PostgreSQL reserves ids, and MariaDB keeps them
 * in variables.
 */
const COSTS: Readonly<Record<string, readonly [Cost, Cost]>> = {
  sqlite: [
    { statements: 12, roundTrips: 8 },
    { statements: 9, roundTrips: 6 },
  ],
  mysql: [
    { statements: 10, roundTrips: 4 },
    { statements: 7, roundTrips: 3 },
  ],
  postgres: [
    { statements: 13, roundTrips: 4 },
    { statements: 10, roundTrips: 3 },
  ],
};

describe.each(DATABASES)('a short run on $name', (kind) => {
  let test: TestDatabase;
  let engine: SyncEngine;
  let driver: DriverStatements;
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    driver = new DriverStatements(test.database);
    await createDemoTables(test.database.knex);
    engine = new SyncEngine(test.database, await readCatalog(test.database, [Tag]));
  });
  afterEach(() => test.drop());

  const run = (names: readonly string[]): Promise<SyncResult> => engine.run(requestOf(names));

  it('R44: takes one transaction, with the record of the run in it', async () => {
    await run(['warm']);
    const costOf = async (label: string): Promise<Cost> => {
      const { commits, savepoints, ...cost } = await driver.during(() => run([label]));
      expect([commits, savepoints]).toEqual([1, 0]);
      return cost;
    };
    const created: Cost[] = [];
    const unchanged: Cost[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      created.push(await costOf(`a${call}`));
      unchanged.push(await costOf(`a${call}`));
    }
    // On a busy machine, an answer may arrive before the statement that could have been sent together with the one answered.
    const least = (costs: readonly Cost[]): Cost => ({
      statements: Math.max(...costs.map(({ statements }) => statements)),
      roundTrips: Math.min(...costs.map(({ roundTrips }) => roundTrips)),
    });
    expect([least(created), least(unchanged)]).toEqual(COSTS[test.database.dialect.name]);
  });
});
