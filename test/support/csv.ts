/** Small CSV tables for scenarios. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

export type Table = Record<string, string>[];

export const readTable = (path: string): Table =>
  parse(readFileSync(path), { columns: true, relax_column_count: true }) as Table;
