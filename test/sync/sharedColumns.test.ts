/** R27a: composite foreign keys that share a column. An order never moves to another tenant silently. */
import { DATABASES } from '../support/databases';
import { type ZeroCode, zeroCode } from '../zeroCode/support';

const TABLES = [
  'CREATE TABLE tenant (id int PRIMARY KEY, name varchar(9) NOT NULL UNIQUE)',
  ...['customer', 'product'].map(
    (name) =>
      `CREATE TABLE ${name} (id {id}, tenant_id int NOT NULL, no int NOT NULL, title varchar(9), UNIQUE (tenant_id, no), FOREIGN KEY (tenant_id) REFERENCES tenant (id))`,
  ),
  `CREATE TABLE sale (id {id}, code varchar(9) NOT NULL UNIQUE, tenant_id int, customer_no int, product_no int,
     FOREIGN KEY (tenant_id) REFERENCES tenant (id),
     FOREIGN KEY (tenant_id, customer_no) REFERENCES customer (tenant_id, no),
     FOREIGN KEY (tenant_id, product_no) REFERENCES product (tenant_id, no))`,
  // A key of two columns that no other key shares: its reference sets both (R27).
  `CREATE TABLE visit (id {id}, code varchar(9) NOT NULL UNIQUE, place_id int, place_no int, FOREIGN KEY (place_id, place_no) REFERENCES customer (tenant_id, no))`,
];

/** Customers and products by tenant: number 1 exists in both tenants, 11 and 22 in one. */
const NUMBERS = [
  [1, 1],
  [1, 11],
  [2, 1],
  [2, 22],
] as const;

type Values = Readonly<Record<string, unknown>>;
type Stored = readonly [tenant: number | null, customer: number | null, product: number | null];

const NOT_FOUND = 'REFERENCE_NOT_FOUND(customer)';

const CREATES: readonly (readonly [row: Values, told: string, stored: Stored | null])[] = [
  // The field narrows the reference.
  [{ tenant_id: 1, 'customer=>no': 1 }, 'CREATED', [1, 1, null]],
  [{ tenant_id: 2, 'customer=>no': 1, 'product=>no': 1 }, 'CREATED', [2, 1, 1]],
  [{ tenant_id: 1, 'customer=>no': 22 }, 'FAILED INVALID_VALUE(customer)', null],
  [{ tenant_id: 1, 'customer=>no': 99 }, `CREATED ${NOT_FOUND}`, [1, null, null]],
  // Another reference narrows it, in either order.
  [{ 'tenant=>name': 'two', 'customer=>no': 1 }, 'CREATED', [2, 1, null]],
  [{ 'customer=>no': 1, 'tenant=>name': 'two' }, 'CREATED', [2, 1, null]],
  [{ 'customer=>no': 1, 'product=>no': 22 }, 'CREATED', [2, 1, 22]],
  [{ 'product=>no': 11, 'customer=>no': 1 }, 'CREATED', [1, 1, 11]],
  [{ 'tenant=>name': 'one', 'customer=>no': 22 }, 'FAILED INVALID_VALUE(customer)', null],
  [{ 'customer=>no': 11, 'product=>no': 22 }, 'FAILED INVALID_VALUE(customer)', null],
  // A reference with only this column overrules the field (R27).
  [{ tenant_id: 1, 'tenant=>name': 'two', 'customer=>no': 22 }, 'CREATED', [2, 22, null]],
  // Nothing narrows the reference.
  [{ 'customer=>no': 22 }, 'CREATED', [2, 22, null]],
  [{ 'customer=>no': 1 }, 'CREATED REFERENCE_AMBIGUOUS(customer)', [null, null, null]],
  [
    { 'customer=>no': 1, 'product=>no': 1 },
    'CREATED REFERENCE_AMBIGUOUS(customer) REFERENCE_AMBIGUOUS(product)',
    [null, null, null],
  ],
  [{ tenant_id: null, 'customer=>no': 22 }, 'CREATED', [2, 22, null]],
];

const UPDATES: readonly (readonly [before: Stored, row: Values, told: string, after: Stored])[] = [
  // The object's own value narrows the reference: it finds a customer of the same tenant, or none.
  [[1, null, null], { 'customer=>no': 1 }, 'UPDATED', [1, 1, null]],
  [[1, 11, 11], { 'customer=>no': 22 }, `UNCHANGED ${NOT_FOUND}`, [1, 11, 11]],
  [[1, 11, 11], { 'customer=>title': 'c22' }, `UNCHANGED ${NOT_FOUND}`, [1, 11, 11]],
  // The row gives another tenant.
  [[1, 11, null], { tenant_id: 2, 'customer=>no': 22 }, 'UPDATED', [2, 22, null]],
  [[1, 11, null], { 'tenant=>name': 'two', 'customer=>no': 1 }, 'UPDATED', [2, 1, null]],
  [[1, 11, null], { 'customer=>tenant_id': 2, 'customer=>no': 22 }, 'UPDATED', [2, 22, null]],
  [[1, 11, null], { tenant_id: 1, 'customer=>no': 22 }, 'FAILED INVALID_VALUE(customer)', [1, 11, null]],
  [[1, 11, 11], { 'customer=>no': 11, 'product=>no': 22 }, 'FAILED INVALID_VALUE(customer)', [1, 11, 11]],
  // An object without a tenant receives its customer's tenant.
  [[null, null, null], { 'customer=>no': 22 }, 'UPDATED', [2, 22, null]],
  // In an unforced update, a shared column with the same value does not count as set.
  [[1, null, null], { $flags: 'u', 'customer=>no': 1 }, 'UPDATED', [1, 1, null]],
  [[1, 11, null], { $flags: 'u', 'customer=>no': 1 }, 'UNCHANGED', [1, 11, null]],
  [[1, null, null], { $flags: 'u', tenant_id: 2, 'customer=>no': 22 }, 'UNCHANGED', [1, null, null]],
  // Clearing one reference leaves the shared column to the others.
  [[1, 11, 11], { customer: null }, 'UPDATED', [1, null, 11]],
  [[1, 11, 11], { customer: null, product: null }, 'UPDATED', [1, null, null]],
];

describe.each(DATABASES)('R27a on $name', (kind) => {
  let zero: ZeroCode;
  const sale = (code: string): Promise<unknown> =>
    zero.server.server.database.reader('sale').where({ code }).first('tenant_id', 'customer_no', 'product_no');
  const rowOf = ([tenant, customer, product]: Stored): Values => ({
    tenant_id: tenant,
    customer_no: customer,
    product_no: product,
  });

  beforeAll(async () => {
    zero = await zeroCode(kind, TABLES);
    const { knex } = zero.server.server.database;
    await knex('tenant').insert([{ id: 1, name: 'one' }, { id: 2, name: 'two' }]); // prettier-ignore
    for (const [tenant_id, no] of NUMBERS) {
      await knex('customer').insert({ tenant_id, no, title: `c${no}` });
      await knex('product').insert({ tenant_id, no });
    }
  });
  beforeEach(() => zero.server.server.database.knex('sale').delete());
  afterAll(() => zero.server.stop());

  it.each(CREATES)('created of %j: %s', async (row, told, stored) => {
    expect(await zero.sync('sale', 'code', [{ code: 'x', ...row, $flags: 'c' }])).toEqual([told]);
    expect((await sale('x')) ?? null).toEqual(stored && rowOf(stored));
  });

  it.each(UPDATES)('%j updated by %j: %s', async (before, row, told, after) => {
    await zero.server.server.database.knex('sale').insert({ code: 'x', ...rowOf(before) });
    expect(await zero.sync('sale', 'code', [{ code: 'x', $flags: 'u*', ...row }])).toEqual([told]);
    expect(await sale('x')).toEqual(rowOf(after));
  });

  it('a chunk of such rows is what each of them is alone', async () => {
    const rows = CREATES.map(([row], index) => ({ code: `c${index}`, ...row, $flags: 'c' }));
    expect(await zero.sync('sale', 'code', rows)).toEqual(CREATES.map(([, told]) => told));
  });

  it('R27: where nothing shares the columns, the reference decides', async () => {
    const rows = [{ code: 'v', place_id: 1, 'customer=>no': 22 }];
    expect(await zero.sync('visit', 'code', rows)).toEqual(['CREATED']);
    const found: unknown = await zero.server.server.database.reader('visit').first('place_id', 'place_no');
    expect(found).toEqual({ place_id: 2, place_no: 22 });
  });
});
