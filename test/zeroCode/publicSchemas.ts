/**
 * Two public schemas, written from their published documentation: Chinook (a music shop) and Northwind (a trader). `{id}` is a generated key,
 * `{time}` a timestamp, `{bytes}` and `{long}` bytes and texts of any length.
 */

const foreign = (columns: string, table: string, target = columns): string =>
  `FOREIGN KEY (${columns}) REFERENCES ${table} (${target})`;

export const CHINOOK: readonly string[] = [
  'CREATE TABLE "Artist" ("ArtistId" {id}, "Name" varchar(120))',
  `CREATE TABLE "Album" ("AlbumId" {id}, "Title" varchar(160) NOT NULL, "ArtistId" int NOT NULL, ${foreign('"ArtistId"', '"Artist"')})`,
  `CREATE TABLE "Employee" ("EmployeeId" {id}, "LastName" varchar(20) NOT NULL, "FirstName" varchar(20) NOT NULL, "Title" varchar(30),
     "ReportsTo" int, "BirthDate" {time}, "HireDate" {time}, "Address" varchar(70), "City" varchar(40), "State" varchar(40), "Country" varchar(40),
     "PostalCode" varchar(10), "Phone" varchar(24), "Fax" varchar(24), "Email" varchar(60), ${foreign('"ReportsTo"', '"Employee"', '"EmployeeId"')})`,
  `CREATE TABLE "Customer" ("CustomerId" {id}, "FirstName" varchar(40) NOT NULL, "LastName" varchar(20) NOT NULL, "Company" varchar(80),
     "Address" varchar(70), "City" varchar(40), "State" varchar(40), "Country" varchar(40), "PostalCode" varchar(10), "Phone" varchar(24),
     "Fax" varchar(24), "Email" varchar(60) NOT NULL, "SupportRepId" int, ${foreign('"SupportRepId"', '"Employee"', '"EmployeeId"')})`,
  'CREATE TABLE "Genre" ("GenreId" {id}, "Name" varchar(120))',
  'CREATE TABLE "MediaType" ("MediaTypeId" {id}, "Name" varchar(120))',
  `CREATE TABLE "Track" ("TrackId" {id}, "Name" varchar(200) NOT NULL, "AlbumId" int, "MediaTypeId" int NOT NULL, "GenreId" int,
     "Composer" varchar(220), "Milliseconds" int NOT NULL, "Bytes" int, "UnitPrice" numeric(10,2) NOT NULL,
     ${foreign('"AlbumId"', '"Album"')}, ${foreign('"MediaTypeId"', '"MediaType"')}, ${foreign('"GenreId"', '"Genre"')})`,
  `CREATE TABLE "Invoice" ("InvoiceId" {id}, "CustomerId" int NOT NULL, "InvoiceDate" {time} NOT NULL, "BillingAddress" varchar(70),
     "BillingCity" varchar(40), "BillingState" varchar(40), "BillingCountry" varchar(40), "BillingPostalCode" varchar(10),
     "Total" numeric(10,2) NOT NULL, ${foreign('"CustomerId"', '"Customer"')})`,
  `CREATE TABLE "InvoiceLine" ("InvoiceLineId" {id}, "InvoiceId" int NOT NULL, "TrackId" int NOT NULL, "UnitPrice" numeric(10,2) NOT NULL,
     "Quantity" int NOT NULL, ${foreign('"InvoiceId"', '"Invoice"')}, ${foreign('"TrackId"', '"Track"')})`,
  'CREATE TABLE "Playlist" ("PlaylistId" {id}, "Name" varchar(120))',
  `CREATE TABLE "PlaylistTrack" ("PlaylistId" int NOT NULL, "TrackId" int NOT NULL, PRIMARY KEY ("PlaylistId", "TrackId"),
     ${foreign('"PlaylistId"', '"Playlist"')}, ${foreign('"TrackId"', '"Track"')})`,
];

export const NORTHWIND: readonly string[] = [
  'CREATE TABLE "Categories" ("CategoryID" {id}, "CategoryName" varchar(15) NOT NULL, "Description" {long}, "Picture" {bytes})',
  'CREATE TABLE "CustomerDemographics" ("CustomerTypeID" char(10) NOT NULL PRIMARY KEY, "CustomerDesc" {long})',
  `CREATE TABLE "Customers" ("CustomerID" char(5) NOT NULL PRIMARY KEY, "CompanyName" varchar(40) NOT NULL, "ContactName" varchar(30),
     "ContactTitle" varchar(30), "Address" varchar(60), "City" varchar(15), "Region" varchar(15), "PostalCode" varchar(10),
     "Country" varchar(15), "Phone" varchar(24), "Fax" varchar(24))`,
  `CREATE TABLE "CustomerCustomerDemo" ("CustomerID" char(5) NOT NULL, "CustomerTypeID" char(10) NOT NULL, PRIMARY KEY ("CustomerID", "CustomerTypeID"),
     ${foreign('"CustomerTypeID"', '"CustomerDemographics"')}, ${foreign('"CustomerID"', '"Customers"')})`,
  `CREATE TABLE "Employees" ("EmployeeID" {id}, "LastName" varchar(20) NOT NULL, "FirstName" varchar(10) NOT NULL, "Title" varchar(30),
     "TitleOfCourtesy" varchar(25), "BirthDate" {time}, "HireDate" {time}, "Address" varchar(60), "City" varchar(15), "Region" varchar(15),
     "PostalCode" varchar(10), "Country" varchar(15), "HomePhone" varchar(24), "Extension" varchar(4), "Photo" {bytes}, "Notes" {long},
     "ReportsTo" int, "PhotoPath" varchar(255), ${foreign('"ReportsTo"', '"Employees"', '"EmployeeID"')})`,
  'CREATE TABLE "Region" ("RegionID" int NOT NULL PRIMARY KEY, "RegionDescription" char(50) NOT NULL)',
  `CREATE TABLE "Territories" ("TerritoryID" varchar(20) NOT NULL PRIMARY KEY, "TerritoryDescription" char(50) NOT NULL, "RegionID" int NOT NULL,
     ${foreign('"RegionID"', '"Region"')})`,
  `CREATE TABLE "EmployeeTerritories" ("EmployeeID" int NOT NULL, "TerritoryID" varchar(20) NOT NULL, PRIMARY KEY ("EmployeeID", "TerritoryID"),
     ${foreign('"EmployeeID"', '"Employees"')}, ${foreign('"TerritoryID"', '"Territories"')})`,
  `CREATE TABLE "Suppliers" ("SupplierID" {id}, "CompanyName" varchar(40) NOT NULL, "ContactName" varchar(30), "ContactTitle" varchar(30),
     "Address" varchar(60), "City" varchar(15), "Region" varchar(15), "PostalCode" varchar(10), "Country" varchar(15), "Phone" varchar(24),
     "Fax" varchar(24), "HomePage" {long})`,
  'CREATE TABLE "Shippers" ("ShipperID" {id}, "CompanyName" varchar(40) NOT NULL, "Phone" varchar(24))',
  `CREATE TABLE "Products" ("ProductID" {id}, "ProductName" varchar(40) NOT NULL, "SupplierID" int, "CategoryID" int, "QuantityPerUnit" varchar(20),
     "UnitPrice" decimal(19,4) DEFAULT 0, "UnitsInStock" smallint DEFAULT 0, "UnitsOnOrder" smallint DEFAULT 0, "ReorderLevel" smallint DEFAULT 0,
     "Discontinued" boolean NOT NULL DEFAULT false, CHECK ("UnitPrice" >= 0), ${foreign('"SupplierID"', '"Suppliers"')}, ${foreign('"CategoryID"', '"Categories"')})`,
  `CREATE TABLE "Orders" ("OrderID" {id}, "CustomerID" char(5), "EmployeeID" int, "OrderDate" {time}, "RequiredDate" {time}, "ShippedDate" {time},
     "ShipVia" int, "Freight" decimal(19,4) DEFAULT 0, "ShipName" varchar(40), "ShipAddress" varchar(60), "ShipCity" varchar(15),
     "ShipRegion" varchar(15), "ShipPostalCode" varchar(10), "ShipCountry" varchar(15), ${foreign('"CustomerID"', '"Customers"')},
     ${foreign('"EmployeeID"', '"Employees"')}, ${foreign('"ShipVia"', '"Shippers"', '"ShipperID"')})`,
  `CREATE TABLE "Order Details" ("OrderID" int NOT NULL, "ProductID" int NOT NULL, "UnitPrice" decimal(19,4) NOT NULL DEFAULT 0,
     "Quantity" smallint NOT NULL DEFAULT 1, "Discount" real NOT NULL DEFAULT 0, PRIMARY KEY ("OrderID", "ProductID"), CHECK ("Quantity" > 0),
     ${foreign('"OrderID"', '"Orders"')}, ${foreign('"ProductID"', '"Products"')})`,
];
