/** The demo's catalog as data, for tests of the planner without a database. */
import { Car, House, Person, Tag } from '../../src/demo/models';
import {
  type ColumnInfo,
  type ColumnType,
  EXACT,
  type ForeignKey,
  integerType,
  type TableInfo,
} from '../../src/database';
import { ModelCatalog, readObjectionModels } from '../../src/models';

const text = (maxLength: number): ColumnType => ({ kind: 'string', maxLength, collation: EXACT });
const column = (name: string, type: ColumnType, rest: Partial<ColumnInfo> = {}): ColumnInfo => ({
  name,
  sqlType: '',
  type,
  nullable: true,
  hasDefault: false,
  autoIncrement: false,
  generated: false,
  changesOnUpdate: false,
  ...rest,
});
const required = { nullable: false };
const id = column('id', integerType(32n), { nullable: false, hasDefault: true, autoIncrement: true });
const table = (name: string, columns: ColumnInfo[], primaryKey: string[], ...unique: string[]): TableInfo => ({
  name,
  isView: false,
  columns,
  primaryKey,
  uniqueKeys: [
    { name: 'PRIMARY', columns: primaryKey },
    ...unique.map((field) => ({ name: `${name}_${field}`, columns: [field] })),
  ],
  indexedFirst: [...primaryKey.slice(0, 1), ...unique],
  hasTriggers: false,
  obstacle: null,
});
const foreignKey = (
  from: string,
  columnName: string,
  target: string,
  onDelete: ForeignKey['onDelete'],
): ForeignKey => ({
  name: `${from}_${columnName}`,
  table: from,
  columns: [columnName],
  targetTable: target,
  targetColumns: ['id'],
  onDelete,
});

const TABLES = [
  table(
    'person',
    [
      id,
      column('first_name', text(50), required),
      column('last_name', text(50), required),
      column('age', integerType(32n)),
      column('hair_colour', text(50), { nullable: false, hasDefault: true, defaultValue: 'Unknown' }),
      column('employee_id', text(50)),
      column('photo', text(200)),
    ],
    ['id'],
  ),
  table(
    'house',
    [
      id,
      column('address', text(100), required),
      column('country', text(100), { nullable: false, hasDefault: true, defaultValue: '' }),
      column('floors', integerType(32n)),
      column('owner_id', integerType(32n)),
    ],
    ['id'],
  ),
  table(
    'car',
    [
      id,
      column('rego_number', text(10), required),
      column('name', text(50), required),
      column('assigned_to_id', integerType(32n)),
    ],
    ['id'],
    'rego_number',
  ),
  table('tag', [id, column('label', text(50), required)], ['id'], 'label'),
  table(
    'person_tag',
    [column('person_id', integerType(32n), required), column('tag_id', integerType(32n), required)],
    ['person_id', 'tag_id'],
  ),
];

const FOREIGN_KEYS = [
  foreignKey('house', 'owner_id', 'person', 'SET NULL'),
  foreignKey('car', 'assigned_to_id', 'person', 'SET NULL'),
  foreignKey('person_tag', 'person_id', 'person', 'CASCADE'),
  foreignKey('person_tag', 'tag_id', 'tag', 'CASCADE'),
];

export function demoCatalog(): ModelCatalog {
  const catalog = { tables: new Map(TABLES.map((item) => [item.name, item])), foreignKeys: FOREIGN_KEYS };
  return new ModelCatalog(readObjectionModels([Person, House, Car, Tag], catalog), FOREIGN_KEYS);
}
