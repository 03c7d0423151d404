/** Loads the models of a server: from a module, from the demo, or from the database's tables. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Database, retrying } from '../database';
import * as demoModels from '../demo/models';
import { createDemoTables } from '../demo/tables';
import {
  exportedModels,
  type Model,
  type ModelCatalog,
  readCatalog,
  readDatabaseModels,
  UnknownSchemaError,
} from '../models';
import { shown } from '../sync';
import { DEMO, type Settings, SettingsError } from './settings';

const compileAdvice = (name: string): string => `Run "npx tsc --module nodenext ${name}", and name the .js file`;

/** Advice on a TypeScript module that Node cannot load: Node only strips types. */
function typescriptAdvice(name: string, { code, message }: NodeJS.ErrnoException): string {
  if (!/\.[cm]?ts$/.test(name)) return '';
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return `. Node ${process.versions.node} cannot load TypeScript. Use Node 22.18 or later, or compile the module. ${compileAdvice(name)}`;
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return `. ${compileAdvice(name)}`;
  if (/import statement outside/.test(message)) return '. Name the file .mts, or set "type": "module" in package.json';
  return /named export/i.test(message) ? ' Import types with "import type"' : '';
}

/** The error of a module, which may throw anything. */
function unusable(name: string, error: unknown): SettingsError {
  const thrown = error instanceof Error ? error.message || error.name : `the module throws ${shown(error)}`;
  const advice = error instanceof Error ? typescriptAdvice(name, error) : '';
  return new SettingsError(`NSYNC_MODELS ${name} cannot be used: ${thrown.split('\n')[0]}${advice}`);
}

async function modelClasses(name: string): Promise<Model['objection'][]> {
  if (name === DEMO) return exportedModels(demoModels);
  // A Windows path must be converted to a URL for import.
  const path = process.platform === 'win32' ? pathToFileURL(resolve(name)).href : resolve(name);
  try {
    return exportedModels((await import(path)) as Record<string, unknown>);
  } catch (error) {
    throw unusable(name, error);
  }
}

async function loadClasses(
  database: Database,
  name: string,
  textColumns: readonly string[] | undefined,
  createsDemo: boolean,
): Promise<ModelCatalog> {
  const classes = await modelClasses(name);
  const { dialect, knex } = database;
  // Servers that start at once wait for each other.
  if (name === DEMO && createsDemo) await retrying(dialect, () => dialect.alone(knex, createDemoTables));
  try {
    return await readCatalog(database, classes, textColumns);
  } catch (error) {
    throw unusable(name, error);
  }
}

/**
 * Reads the catalog of the models that the settings name. Creates the demo's tables for the demo, unless `createsDemo` is false. May be called again
 * after tables have changed. Throws SettingsError.
 */
export async function loadModels(
  database: Database,
  { models, tables, textColumns }: Pick<Settings, 'models' | 'tables'> & Partial<Pick<Settings, 'textColumns'>>,
  warn: (message: string) => void = () => undefined,
  createsDemo = true,
): Promise<ModelCatalog> {
  try {
    const catalog =
      models === null
        ? await readDatabaseModels(database, tables, textColumns)
        : await loadClasses(database, models, textColumns, createsDemo);
    catalog.warnings.forEach(warn);
    return catalog;
  } catch (error) {
    throw error instanceof UnknownSchemaError ? new SettingsError(`NSYNC_SCHEMAS: ${error.message}`) : error;
  }
}
