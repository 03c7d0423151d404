/** Tables with unusual names, and keys and constraints of every kind, as statements for `inDialect`. */

export const ODD_NAMES = [
  'Order Details',
  'select',
  'Größe',
  'UPPER',
  "it's",
  'back`tick',
  'Up"per',
  'with-dash',
  'paid?',
  'a.b',
  'x as y',
  'constructor',
];

const STATEMENTS = [
  'CREATE TABLE region ("Region Code" varchar(5) NOT NULL, "number" int NOT NULL, title varchar(40) NOT NULL UNIQUE, PRIMARY KEY ("Region Code", "number"))',
  // A foreign key to a key that is not the primary key, and a composite foreign key.
  `CREATE TABLE town (id {id}, title varchar(40) NOT NULL UNIQUE, region_title varchar(40), "Region Code" varchar(5), region_number int,
     CONSTRAINT town_title FOREIGN KEY (region_title) REFERENCES region (title),
     CONSTRAINT town_region FOREIGN KEY ("Region Code", region_number) REFERENCES region ("Region Code", "number"))`,
  'CREATE TABLE airport (code varchar(3) PRIMARY KEY, town_id int, FOREIGN KEY (town_id) REFERENCES town (id))',
  `CREATE TABLE flight (id {id}, no varchar(10) NOT NULL UNIQUE, origin varchar(3), "destinationId" varchar(3), status varchar(9) DEFAULT 'planned' CHECK (status IN ('planned', 'flown')),
     FOREIGN KEY (origin) REFERENCES airport (code), FOREIGN KEY ("destinationId") REFERENCES airport (code))`,
  'CREATE TABLE employee (id {id}, name varchar(40) NOT NULL UNIQUE, "ReportsTo" int, FOREIGN KEY ("ReportsTo") REFERENCES employee (id))',
  // A one-to-one relation, in which both objects have the same key.
  'CREATE TABLE licence (employee_id int PRIMARY KEY, no varchar(10) NOT NULL UNIQUE, FOREIGN KEY (employee_id) REFERENCES employee (id))',
  'CREATE TABLE crew (employee_id int NOT NULL, flight_id int NOT NULL, PRIMARY KEY (employee_id, flight_id), FOREIGN KEY (employee_id) REFERENCES employee (id), FOREIGN KEY (flight_id) REFERENCES flight (id))',
  // Join tables with optional columns: with a composite key, and with a separate key as an ORM creates it.
  `CREATE TABLE friendship (person_id int NOT NULL, friend_id int NOT NULL, since varchar(10) NOT NULL DEFAULT 'ever', PRIMARY KEY (person_id, friend_id),
     FOREIGN KEY (person_id) REFERENCES employee (id), FOREIGN KEY (friend_id) REFERENCES employee (id))`,
  'CREATE TABLE employee_regions (id {id}, employee_id int NOT NULL, code varchar(5) NOT NULL, "number" int NOT NULL, UNIQUE (employee_id, code, "number"), FOREIGN KEY (employee_id) REFERENCES employee (id), FOREIGN KEY (code, "number") REFERENCES region ("Region Code", "number"))',
  // Not a join table: a row needs a price.
  'CREATE TABLE fare (flightid int NOT NULL, town_id int NOT NULL, price int NOT NULL, PRIMARY KEY (flightid, town_id), FOREIGN KEY (flightid) REFERENCES flight (id), FOREIGN KEY (town_id) REFERENCES town (id))',
  'CREATE TABLE made (id {id}, a int, twice int GENERATED ALWAYS AS (a * 2) STORED)',
  'CREATE TABLE notes (text varchar(20))',
  'CREATE VIEW towns AS SELECT title FROM town',
];

export const ODD_TABLES: readonly string[] = [
  ...STATEMENTS,
  ...ODD_NAMES.map((name) => {
    const table = `"${name.replaceAll('"', '""')}"`;
    return `CREATE TABLE ${table} (id {id}, "Natural Key" varchar(40) NOT NULL UNIQUE, "a.b" int, "parent id" int, FOREIGN KEY ("parent id") REFERENCES ${table} (id))`;
  }),
];
