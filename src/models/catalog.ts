/** The models that a server knows, found by name. */
import type { Database, ForeignKey } from '../database';
import { CallError } from '../errors';
import { nearest } from '../nearest';
import { shown } from '../sync/problems';
import type { Model } from './model';
import { isModelClass, readObjectionModels, tablesOf } from './objectionModels';

type ModelClass = Model['objection'];

export class ModelCatalog {
  private readonly byName: ReadonlyMap<string, Model>;

  constructor(
    readonly models: readonly Model[],
    /** Every foreign key of the database, of tables without a model too. */
    readonly foreignKeys: readonly ForeignKey[],
  ) {
    this.byName = new Map(models.map((model) => [model.name, model]));
  }

  /** By exact name, else by name in any case where only one model has it; undefined where there is none. */
  find(name: string): Model | undefined {
    const exact = this.byName.get(name);
    if (exact) return exact;
    const alike = this.models.filter((model) => model.name.toLowerCase() === name.toLowerCase());
    return alike.length === 1 ? alike[0] : undefined;
  }

  /** As `find`; throws UNKNOWN_MODEL, or MODEL_WITHOUT_PRIMARY_KEY for a model that no row can be synced into. */
  get(name: string): Model {
    const model = this.find(name.trim());
    if (!model) {
      const near = nearest(name.trim(), this.byName.keys());
      const known = [...this.byName.keys()].sort().slice(0, 20).join(', ');
      throw new CallError(
        'UNKNOWN_MODEL',
        `There is no model ${shown(name)}${near ? `: did you mean "${near}"?` : '.'} Known models: ${known || 'none'}.`,
      );
    }
    if (model.idFields.length === 0)
      throw new CallError(
        'MODEL_WITHOUT_PRIMARY_KEY',
        `Model ${model.name} has no primary key, so its objects cannot be told apart.`,
      );
    return model;
  }
}

/** Reads the tables of Objection classes and makes the catalog of them. */
export async function readCatalog(database: Database, classes: readonly ModelClass[]): Promise<ModelCatalog> {
  const catalog = await database.dialect.readCatalog(database.reader, tablesOf(classes));
  return new ModelCatalog(readObjectionModels(classes, catalog), catalog.foreignKeys);
}

/** The model classes that a module exports, by name, in an array, or as default; throws an Error where there are none. */
export function exportedModels(module: Record<string, unknown>): ModelClass[] {
  const classes = new Set<ModelClass>();
  const visit = (value: unknown, depth: number): void => {
    if (isModelClass(value)) {
      // A base class of others has no table of its own.
      if (value.tableName) classes.add(value);
    } else if (depth > 0 && value !== null && typeof value === 'object')
      for (const item of Object.values(value)) visit(item, depth - 1);
  };
  visit(module, 3);
  if (classes.size === 0) throw new Error('it exports no Objection model class');
  return [...classes];
}
