/** Reads models from Objection classes, so that nothing in the classes or the database has to be declared twice. */
import { Model as ObjectionModel, type RelationMappings } from 'objection';
import { type ColumnInfo, type DatabaseCatalog, type ForeignKey, groupBy, type TableInfo } from '../database';
import type { Field, Model, ModelBehaviour } from './model';
import {
  BELONGS_TO,
  type JoinTable,
  kindOfClass,
  type Relation,
  type RelationKind,
  relationObstacle,
} from './relations';
import { parseValue } from './values';

/**
 * `relationNames`: names that rows use for relations. Objection does not allow a relation the name of its column, so
 * its own names differ.
 */
type ModelClass = typeof ObjectionModel & { readonly relationNames?: Readonly<Record<string, string>> };

/** Objection's relation objects, whose typings are incomplete. */
interface ObjectionRelation {
  readonly name: string;
  readonly relatedModelClass: ModelClass;
  readonly ownerProp: { readonly cols: string[] };
  readonly relatedProp: { readonly cols: string[] };
  readonly joinTable: string | null;
  readonly joinTableOwnerProp: { readonly cols: string[] } | null;
  readonly joinTableRelatedProp: { readonly cols: string[] } | null;
}

interface JsonAttributes {
  getJsonAttributes(): readonly string[];
}

/** Members that change written values if a class overrides them. */
const INSTANCE_MEMBERS = [
  '$parseJson',
  '$setJson',
  '$validate',
  '$beforeValidate',
  '$afterValidate',
  '$formatDatabaseJson',
  '$toDatabaseJson',
] as const;
const FORMATS = ['$parseJson', '$setJson', '$formatDatabaseJson', '$toDatabaseJson'] as const;
const WRITE_HOOKS = [
  '$beforeInsert',
  '$afterInsert',
  '$beforeUpdate',
  '$afterUpdate',
  '$beforeDelete',
  '$afterDelete',
] as const;
const READ_HOOKS = ['$afterFind', '$parseDatabaseJson', '$setDatabaseJson'] as const;
const STATIC_HOOKS = [
  'beforeInsert',
  'afterInsert',
  'beforeUpdate',
  'afterUpdate',
  'beforeDelete',
  'afterDelete',
  'beforeFind',
  'afterFind',
  'query',
] as const;

/** The base class of the class's own copy of Objection, which may not be ours. */
function baseOf(modelClass: ModelClass): ModelClass {
  let current = modelClass;
  while (!Object.hasOwn(current, 'isObjectionModelClass')) current = Object.getPrototypeOf(current) as ModelClass;
  return current;
}

/** Whether a value is a class that extends the Model of any copy of Objection. */
export function isModelClass(value: unknown): value is ModelClass {
  if (typeof value !== 'function') return false;
  const candidate = value as unknown as Partial<ModelClass> & { isObjectionModelClass?: boolean };
  return candidate.isObjectionModelClass === true && typeof candidate.query === 'function';
}

function readSetters(modelClass: ModelClass, base: ModelClass): Set<string> {
  const setters = new Set<string>();
  for (
    let proto: object = modelClass.prototype;
    proto !== base.prototype;
    proto = Object.getPrototypeOf(proto) as object
  )
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(proto)))
      if (descriptor.set) setters.add(name);
  return setters;
}

function behaviourOf(modelClass: ModelClass, base: ModelClass): ModelBehaviour {
  const overrides = (names: readonly string[], own: object, original: object): boolean =>
    names.some((name) => (own as Record<string, unknown>)[name] !== (original as Record<string, unknown>)[name]);
  const writeHooks = overrides(WRITE_HOOKS, modelClass.prototype, base.prototype);
  const readHooks = overrides(READ_HOOKS, modelClass.prototype, base.prototype);
  return {
    instances:
      writeHooks ||
      readHooks ||
      (modelClass.jsonSchema !== undefined && modelClass.jsonSchema !== null) ||
      overrides(INSTANCE_MEMBERS, modelClass.prototype, base.prototype) ||
      overrides(['createValidator'], modelClass, base),
    formats: overrides(FORMATS, modelClass.prototype, base.prototype),
    writeHooks,
    readHooks,
    oneByOne: overrides(STATIC_HOOKS, modelClass, base),
  };
}

function readField(modelClass: ModelClass, column: ColumnInfo): Field {
  const jsonAttribute = (modelClass as unknown as JsonAttributes)
    .getJsonAttributes()
    .includes(modelClass.columnNameToPropertyName(column.name));
  const known: ColumnInfo =
    jsonAttribute && column.type.kind === 'string' ? { ...column, type: { kind: 'json' } } : column;
  return { name: modelClass.columnNameToPropertyName(column.name), column: known, initial: initialValue(known) };
}

/** Parsed as text, because the database may spell a boolean default as 1 or true, and a number as text. */
function initialValue(column: ColumnInfo): Field['initial'] {
  if (column.generated || column.autoIncrement) return undefined;
  if (!column.hasDefault) return null;
  if (column.defaultValue === undefined) return undefined;
  const parsed = parseValue(column.type, column.defaultValue, { text: true });
  return 'value' in parsed ? parsed.value : undefined;
}

/** Thrown if the database lacks a table or column that a class names. */
class MissingTableError extends Error {}

function tableOf(modelClass: ModelClass, catalog: DatabaseCatalog): TableInfo {
  const table = catalog.tables.get(modelClass.tableName);
  if (!table)
    throw new MissingTableError(`model ${modelClass.name}: the database has no table "${modelClass.tableName}"`);
  return table;
}

/** All tables that the classes need, including those of their relations. */
export function tablesOf(classes: Iterable<ModelClass>): string[] {
  const tables = new Set<string>();
  for (const modelClass of withRelated(classes)) {
    tables.add(modelClass.tableName);
    for (const relation of relationsOf(modelClass)) if (relation.joinTable) tables.add(relation.joinTable);
  }
  return [...tables];
}

function relationsOf(modelClass: ModelClass): ObjectionRelation[] {
  if (!(modelClass.relationMappings as RelationMappings | undefined)) return [];
  return Object.values(modelClass.getRelations());
}

/** The classes, and those that their relations lead to. */
function withRelated(classes: Iterable<ModelClass>): ModelClass[] {
  const all = new Set<ModelClass>(classes);
  for (const modelClass of all) for (const relation of relationsOf(modelClass)) all.add(relation.relatedModelClass);
  return [...all];
}

/** The kind of the nearest base class that belongs to Objection. */
function kindOf(relation: ObjectionRelation): RelationKind {
  for (
    let proto: object | null = Object.getPrototypeOf(relation) as object;
    proto;
    proto = Object.getPrototypeOf(proto) as object | null
  ) {
    const kind = kindOfClass(proto.constructor.name);
    if (kind) return kind;
  }
  return BELONGS_TO;
}

/** The fields of columns. Throws MissingTableError. */
export function fieldsNamed(model: Model, columns: readonly string[], relation: string): Field[] {
  return columns.map((column) => {
    const field = model.fieldsByName.get(column);
    if (!field)
      throw new MissingTableError(`relation ${relation}: table "${model.table.name}" has no column "${column}"`);
    return field;
  });
}

/** Columns of a join table. Throws MissingTableError. */
export function joinColumns(
  catalog: DatabaseCatalog,
  joinTable: string,
  names: readonly string[],
  label: string,
): ColumnInfo[] {
  const table = catalog.tables.get(joinTable);
  if (!table) throw new MissingTableError(`relation ${label}: the database has no table "${joinTable}"`);
  return names.map((name) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (!column) throw new MissingTableError(`relation ${label}: table "${table.name}" has no column "${name}"`);
    return column;
  });
}

function readJoin(relation: ObjectionRelation, catalog: DatabaseCatalog, label: string): JoinTable | null {
  const { joinTable, joinTableOwnerProp, joinTableRelatedProp } = relation;
  if (!joinTable || !joinTableOwnerProp || !joinTableRelatedProp) return null;
  return {
    table: joinTable,
    ownColumns: joinColumns(catalog, joinTable, joinTableOwnerProp.cols, label),
    relatedColumns: joinColumns(catalog, joinTable, joinTableRelatedProp.cols, label),
    indexedFirst: catalog.tables.get(joinTable)?.indexedFirst ?? [],
  };
}

/** A model whose relations can still be added. */
export type OpenModel = Model & { readonly relations: Map<string, Relation> };

/** A class's model without its relations. Throws MissingTableError if table and class do not match. */
export function readModel(
  modelClass: ModelClass,
  catalog: DatabaseCatalog,
  referencedBy: ReadonlyMap<string, readonly ForeignKey[]>,
): OpenModel {
  const table = tableOf(modelClass, catalog);
  const base = baseOf(modelClass);
  const fields = table.columns.map((column) => readField(modelClass, column));
  const fieldsByName = new Map<string, Field>(fields.map((field) => [field.column.name, field]));
  for (const field of fields) fieldsByName.set(field.name, field);
  const idColumns = [modelClass.idColumn ?? []].flat();
  return {
    name: modelClass.name,
    aliases: [],
    table,
    objection: modelClass,
    idFields: idColumns.flatMap((column) => fieldsByName.get(column) ?? []),
    fields,
    requiredFields: fields.filter(({ column }) => !column.nullable && !column.generated && !column.autoIncrement),
    fieldsByName,
    relations: new Map(),
    setters: new Set([...readSetters(modelClass, base)].filter((name) => !fieldsByName.has(name))),
    uniqueKeys: table.uniqueKeys,
    referencedBy: referencedBy.get(table.name) ?? [],
    behaviour: behaviourOf(modelClass, base),
  };
}

/**
 * Models of the classes and of those that their relations lead to. Throws MissingTableError if table and class do not
 * match.
 */
export function readObjectionModels(classes: readonly ModelClass[], catalog: DatabaseCatalog): Model[] {
  const referencedBy = groupBy(catalog.foreignKeys, ({ targetTable }) => targetTable);
  const models = new Map(
    withRelated(classes).map((modelClass) => [modelClass, readModel(modelClass, catalog, referencedBy)]),
  );
  for (const [modelClass, model] of models) {
    for (const relation of relationsOf(modelClass)) {
      const related = models.get(relation.relatedModelClass);
      if (!related) continue;
      const name = modelClass.relationNames?.[relation.name] ?? relation.name;
      const label = `${model.name}.${name}`;
      model.relations.set(name, {
        name,
        kind: kindOf(relation),
        model,
        related,
        ownFields: fieldsNamed(model, relation.ownerProp.cols, label),
        relatedFields: fieldsNamed(related, relation.relatedProp.cols, label),
        join: readJoin(relation, catalog, label),
        obstacle: relationObstacle(kindOf(relation), related, catalog.tables.get(relation.joinTable ?? '') ?? null),
      });
    }
  }
  return [...models.values()];
}
