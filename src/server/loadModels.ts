/** The models that NSYNC_MODELS names. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Database } from '../database';
import * as demoModels from '../demo/models';
import { createDemoTables } from '../demo/tables';
import { exportedModels, type Model, type ModelCatalog, readCatalog } from '../models';
import { DEMO, SettingsError } from './settings';

async function modelClasses(name: string): Promise<Model['objection'][]> {
  if (name === DEMO) return exportedModels(demoModels);
  // A path of Windows is no URL; elsewhere it is one.
  const path = process.platform === 'win32' ? pathToFileURL(resolve(name)).href : resolve(name);
  try {
    return exportedModels((await import(path)) as Record<string, unknown>);
  } catch (error) {
    const [message = ''] = (error as Error).message.split('\n');
    throw new SettingsError(`NSYNC_MODELS ${name} cannot be used: ${message}`);
  }
}

/** Reads the catalog of the models; makes the demo's tables where the demo is asked for. */
export async function loadModels(database: Database, name: string): Promise<ModelCatalog> {
  const classes = await modelClasses(name);
  if (name === DEMO) await createDemoTables(database.knex);
  try {
    return await readCatalog(database, classes);
  } catch (error) {
    throw new SettingsError(`NSYNC_MODELS ${name} cannot be used: ${(error as Error).message.split('\n')[0]}`);
  }
}
