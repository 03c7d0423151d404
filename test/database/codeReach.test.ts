/** Finds the tables that triggers, routines and views write to, from their text alone (R43). */
import { type Code, findWritten, identity, readCode } from '../../src/database/codeReach';

const trigger = (text: string): ReadonlyMap<string, readonly Code[]> =>
  new Map([[identity('shop', 'orders'), [readCode('shop', text)]]]);

/** The table without transactions that code of `orders` writes to; null: none. */
const reached = (
  text: string,
  routines: Readonly<Record<string, string>> = {},
  tables: Readonly<Record<string, string>> = {},
) =>
  findWritten(
    identity('shop', 'orders'),
    {
      tables: new Map([
        ...Object.entries(tables).map(([name, body]) => [identity('shop', name), [readCode('shop', body)]] as const),
        ...trigger(text),
      ]),
      routines: new Map(
        Object.entries(routines).map(([name, body]) => [identity('shop', name), [readCode('shop', body)]] as const),
      ),
    },
    new Map([
      [identity('shop', 'audit log'), 'audit log'],
      [identity('shop', 'audit'), 'audit'],
      [identity('archive', 'audit'), 'archive.audit'],
    ]),
  );

describe('R43: what code writes', () => {
  it.each([
    ['INSERT INTO audit VALUES (NEW.id)', 'audit'],
    ['insert ignore into `audit` (id) select id from orders', 'audit'],
    ['REPLACE DELAYED audit SET id = 1', 'audit'],
    ['INSERT INTO `audit log` VALUES (1)', 'audit log'],
    ['INSERT INTO "audit log" VALUES (1)', 'audit log'],
    ['UPDATE AUDIT SET id = 1', 'audit'],
    ['UPDATE orders o JOIN audit a ON o.id = a.id SET a.id = 1', 'audit'],
    ['DELETE FROM archive . audit WHERE id = 1', 'archive.audit'],
    ['DELETE FROM `archive`.`audit`', 'archive.audit'],
    ['BEGIN IF NEW.id > 1 THEN INSERT INTO audit VALUES (1); END IF; END', 'audit'],
    ['MERGE INTO audit USING orders ON true WHEN MATCHED THEN DO NOTHING', 'audit'],
    ['TRUNCATE TABLE audit', 'audit'],
  ])('%s writes', (text, table) => {
    expect(reached(text)).toBe(table);
  });

  it.each([
    'SET NEW.id = (SELECT max(id) FROM audit)',
    'INSERT INTO orders SELECT * FROM audit',
    'DELETE FROM other WHERE id IN (SELECT id FROM audit)',
    '-- INSERT INTO audit VALUES (1)\nSET NEW.id = 1',
    '/* DELETE FROM audit; */ SET NEW.id = 1',
    'INSERT INTO elsewhere.audit VALUES (1)',
    'SELECT id INTO x FROM audit FOR UPDATE; SET NEW.id = x',
    'SET NEW.name = REPLACE(NEW.name, "audit", "")',
  ])('%s does not', (text) => {
    expect(reached(text)).toBeNull();
  });

  it('follows routines, other triggers and views, also in circles', () => {
    expect(reached('CALL note(1)', { note: 'BEGIN CALL deeper(); END', deeper: 'INSERT INTO audit VALUES (1)' })).toBe(
      'audit',
    );
    expect(reached('SET NEW.id = noted(1)', { noted: 'INSERT INTO audit VALUES (1); RETURN 1' })).toBe('audit');
    expect(reached('INSERT INTO lines VALUES (1)', {}, { lines: 'DELETE FROM audit' })).toBe('audit');
    expect(reached('INSERT INTO lines VALUES (1)', {}, { lines: 'UPDATE orders SET id = 1' })).toBeNull();
  });
});
