/** The models of a server, found by name. */
import { type Database, type ForeignKey, groupBy } from '../database';
import { CallError } from '../errors';
import { shown } from '../shown';
import { didYouMean } from '../wording';
import { type Model, whyNotSyncable } from './model';
import { findNamed } from './names';
import { unusedTextColumns, withTextColumns } from './textColumns';
import { isModelClass, readObjectionModels, tablesOf } from './objectionModels';

type ModelClass = Model['objection'];

export class ModelCatalog {
  private readonly byName: ReadonlyMap<string, Model>;
  /** An alias that several models have finds none of them. */
  private readonly byAlias: ReadonlyMap<string, Model>;

  constructor(
    readonly models: readonly Model[],
    /** All foreign keys of the database, including those of tables without a model. */
    readonly foreignKeys: readonly ForeignKey[],
    /** Tables that are unexpectedly not models, and settings without effect: a sentence each, without its full stop. */
    readonly warnings: readonly string[] = [],
  ) {
    this.byName = new Map(models.map((model) => [model.name, model]));
    const byAlias = groupBy(
      models.flatMap((model) => model.aliases.map((alias) => ({ alias, model }))),
      ({ alias }) => alias,
    );
    this.byAlias = new Map(
      [...byAlias].flatMap(([alias, [first, ...others]]) =>
        first && others.length === 0 ? [[alias, first.model] as const] : [],
      ),
    );
  }

  /**
   * A model by name, or else by alias. An exact name wins. In another case, only an unambiguous name is found.
   * Undefined if there is none.
   */
  find(name: string): Model | undefined {
    return findNamed(this.byName, name) ?? findNamed(this.byAlias, name);
  }

  /** Like `find`, but throws UNKNOWN_MODEL, or MODEL_WITHOUT_PRIMARY_KEY for a model that cannot be synced. */
  get(name: string): Model {
    const model = this.find(name.trim());
    if (!model) throw new CallError('UNKNOWN_MODEL', this.whyUnknown(name.trim()));
    const reason = whyNotSyncable(model);
    if (reason !== null)
      throw new CallError('MODEL_WITHOUT_PRIMARY_KEY', `Rows cannot be synced into model ${model.name}. ${reason}`);
    return model;
  }

  private whyUnknown(name: string): string {
    const folded = name.toLowerCase();
    const several = this.models.filter((model) =>
      [model.name, ...model.aliases].some((known) => known.toLowerCase() === folded),
    );
    if (several.length > 1)
      return `Several models match ${shown(name)}: ${several.map((model) => model.name).join(', ')}. Use the exact name.`;
    const meant = didYouMean(name, [...this.byName.keys(), ...this.byAlias.keys()]);
    const known = [...this.byName.keys()].sort().slice(0, 20).join(', ');
    return `There is no model ${shown(name)}${meant} Known models: ${known || ['none', ...this.warnings].join('; ')}.`;
  }
}

/**
 * Reads the tables of Objection classes and returns their catalog. `textColumns`: globs for binary columns that contain
 * text.
 */
export async function readCatalog(
  database: Database,
  classes: readonly ModelClass[],
  textColumns: readonly string[] = [],
): Promise<ModelCatalog> {
  const read = await database.dialect.readCatalog(database.reader, tablesOf(classes));
  const catalog = withTextColumns(read, textColumns);
  const warnings = unusedTextColumns(read, textColumns);
  return new ModelCatalog(readObjectionModels(classes, catalog), catalog.foreignKeys, warnings);
}

/** The model classes that a module exports by name, in an array, or as default. Throws an Error if there are none. */
export function exportedModels(module: Record<string, unknown>): ModelClass[] {
  const classes = new Set<ModelClass>();
  const visit = (value: unknown, depth: number): void => {
    if (isModelClass(value)) {
      // A base class of other classes has no table of its own.
      if (value.tableName) classes.add(value);
    } else if (depth > 0 && value !== null && typeof value === 'object')
      for (const item of Object.values(value)) visit(item, depth - 1);
  };
  visit(module, 3);
  if (classes.size === 0) throw new Error('the module exports no Objection model class');
  return [...classes];
}
