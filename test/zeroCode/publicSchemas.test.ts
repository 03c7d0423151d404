/** Every table of two public schemas, synced by natural keys over several hops (R4, R20, R22, R24, R28). */
import { DATABASES } from '../support/databases';
import { CHINOOK, NORTHWIND } from './publicSchemas';
import { zeroCode } from './support';

/** Rows for a model, and the columns that match them. */
type Step = readonly [model: string, matchOn: string, rows: readonly Readonly<Record<string, unknown>>[]];

const CHINOOK_STEPS: readonly Step[] = [
  ['Artist', 'Name', [{ Name: 'AC/DC', $key: 'a1' }, { Name: 'Accept' }]],
  [
    'Album',
    'Title Artist=>Name',
    [
      { Title: 'Let There Be Rock', 'Artist=>Name': 'AC/DC' },
      { Title: 'Restless and Wild', 'Artist=>Name': 'Accept' },
    ],
  ],
  [
    'Employee',
    'Email',
    [
      { Email: 'andrew@chinookcorp.com', FirstName: 'Andrew', LastName: 'Adams', HireDate: '2002-08-14T00:00:00Z' },
      { Email: 'nancy@chinookcorp.com', FirstName: 'Nancy', LastName: 'Edwards', 'ReportsTo=>LastName': 'Adams' },
      {
        Email: 'jane@chinookcorp.com',
        FirstName: 'Jane',
        LastName: 'Peacock',
        ReportsTo: { ReportsTo: { LastName: 'Adams' } },
      },
    ],
  ],
  [
    'Customer',
    'Email',
    [
      {
        Email: 'luis@embraer.com.br',
        FirstName: 'Luís',
        LastName: 'Gonçalves',
        'SupportRep=>ReportsTo=>LastName': 'Edwards',
      },
    ],
  ],
  ['Genre', 'Name', [{ Name: 'Rock' }]],
  ['MediaType', 'Name', [{ Name: 'MPEG audio file' }]],
  [
    'Track',
    'Name Album=>Title',
    [
      {
        Name: 'Go Down',
        'Album=>Title': 'Let There Be Rock',
        'Album=>Artist=>Name': 'AC/DC',
        'MediaType=>Name': 'MPEG audio file',
        'Genre=>Name': 'Rock',
        Milliseconds: 331180,
        UnitPrice: '0.99',
      },
      {
        Name: 'Fast As a Shark',
        'Album=>Title': 'Restless and Wild',
        'MediaType=>Name': 'MPEG audio file',
        Milliseconds: 230619,
        UnitPrice: '0.99',
      },
    ],
  ],
  [
    'Invoice',
    'Customer=>Email InvoiceDate',
    [{ 'Customer=>Email': 'luis@embraer.com.br', InvoiceDate: '2009-01-01T00:00:00Z', Total: '1.98' }],
  ],
  [
    'InvoiceLine',
    'Invoice=>Customer=>Email Invoice=>InvoiceDate Track=>Name',
    [
      {
        'Invoice=>Customer=>Email': 'luis@embraer.com.br',
        'Invoice=>InvoiceDate': '2009-01-01T00:00:00Z',
        'Track=>Name': 'Go Down',
        UnitPrice: '0.99',
        Quantity: 1,
      },
    ],
  ],
  ['Playlist', 'Name', [{ Name: 'Music', 'Track=>=Name': ['Go Down'] }, { Name: 'Movies' }]],
  [
    'PlaylistTrack',
    'Playlist=>Name Track=>Album=>Artist=>Name',
    [{ 'Playlist=>Name': 'Movies', 'Track=>Album=>Artist=>Name': 'Accept' }],
  ],
];

const NORTHWIND_STEPS: readonly Step[] = [
  [
    'Categories',
    'CategoryName',
    [{ CategoryName: 'Beverages', Description: 'Soft drinks, coffees, teas', Picture: 'base64:AAEC' }],
  ],
  [
    'CustomerDemographics',
    'CustomerTypeID',
    [{ CustomerTypeID: 'LOYAL', CustomerDesc: 'Comes again' }, { CustomerTypeID: 'NEW' }],
  ],
  [
    'Customers',
    'CompanyName',
    [
      {
        CustomerID: 'ALFKI',
        CompanyName: 'Alfreds Futterkiste',
        City: 'Berlin',
        'CustomerType=>+CustomerDesc': 'Comes again',
      },
    ],
  ],
  [
    'CustomerCustomerDemo',
    'Customer=>CompanyName CustomerType=>CustomerTypeID',
    [{ 'Customer=>CompanyName': 'Alfreds Futterkiste', 'CustomerType=>CustomerTypeID': 'NEW' }],
  ],
  [
    'Employees',
    'LastName FirstName',
    [
      { LastName: 'Fuller', FirstName: 'Andrew', BirthDate: '1952-02-19T00:00:00Z' },
      { LastName: 'Davolio', FirstName: 'Nancy', 'ReportsTo=>LastName': 'Fuller' },
    ],
  ],
  ['Region', 'RegionDescription', [{ RegionID: 1, RegionDescription: 'Eastern' }]],
  [
    'Territories',
    'TerritoryDescription',
    [
      {
        TerritoryID: '06897',
        TerritoryDescription: 'Wilton',
        'Region=>RegionDescription': 'Eastern',
        'Employee=>+LastName': 'Davolio',
      },
      { TerritoryID: '19713', TerritoryDescription: 'Neward', 'Region=>RegionDescription': 'Eastern' },
    ],
  ],
  [
    'EmployeeTerritories',
    'Employee=>LastName Territory=>TerritoryDescription',
    [
      {
        'Employee=>LastName': 'Fuller',
        'Territory=>TerritoryDescription': 'Neward',
        'Territory=>Region=>RegionDescription': 'Eastern',
      },
    ],
  ],
  ['Suppliers', 'CompanyName', [{ CompanyName: 'Exotic Liquids', Country: 'UK' }]],
  ['Shippers', 'CompanyName', [{ CompanyName: 'Speedy Express' }]],
  [
    'Products',
    'ProductName',
    [
      {
        ProductName: 'Chai',
        UnitPrice: '18.0000',
        'Supplier=>CompanyName': 'Exotic Liquids',
        'Category=>CategoryName': 'Beverages',
      },
    ],
  ],
  [
    'Orders',
    'Customer=>CompanyName OrderDate',
    [
      {
        'Customer=>CompanyName': 'Alfreds Futterkiste',
        OrderDate: '1996-07-04T00:00:00Z',
        'Employee=>ReportsTo=>LastName': 'Fuller',
        'ShipVia=>CompanyName': 'Speedy Express',
        Freight: '32.3800',
      },
    ],
  ],
  [
    'Order Details',
    'Order=>Customer=>CompanyName Order=>OrderDate Product=>ProductName',
    [
      {
        'Order=>Customer=>CompanyName': 'Alfreds Futterkiste',
        'Order=>OrderDate': '1996-07-04T00:00:00Z',
        'Product=>ProductName': 'Chai',
        Quantity: 12,
        UnitPrice: '14.0000',
        Discount: 0.25,
      },
    ],
  ],
];

describe.each(DATABASES)('public schemas on $name', (kind) => {
  it.each([
    ['Chinook', CHINOOK, CHINOOK_STEPS],
    ['Northwind', NORTHWIND, NORTHWIND_STEPS],
  ])('%s: rows are created in every table, and again change nothing', async (_name, tables, steps) => {
    const zero = await zeroCode(kind, tables);
    try {
      const models = (await zero.models()).map(({ name }) => name);
      expect(models).toEqual(steps.map(([model]) => model).sort());
      expect(models).toHaveLength(tables.length);
      for (const status of ['CREATED', 'UNCHANGED'])
        for (const [model, matchOn, rows] of steps)
          expect([model, await zero.sync(model, matchOn, rows)]).toEqual([model, rows.map(() => status)]);
    } finally {
      await zero.server.stop();
    }
  });
});
